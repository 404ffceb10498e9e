// Asks before something is changed for clients.

/**
 * @param {string} title
 * @param {string} text
 * @param {string} verb What the button says.
 * @returns {Promise<boolean>} False as well if Esc was pressed.
 */
export function confirmed(title, text, verb) {
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(false);
  say("confirm-title", title);
  say("confirm-text", text);
  say("confirm-yes", verb);
  dialog.returnValue = "no";
  dialog.showModal();
  document.getElementById("confirm-no")?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/**
 * @param {string} id
 * @param {string} text
 * @returns {void}
 */
function say(id, text) {
  const place = document.getElementById(id);
  if (place !== null) place.textContent = text;
}
