// Dark or light as the browser remembers it, before anything is painted; "auto" is what the system says.

const theme = localStorage.getItem("theme");
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
