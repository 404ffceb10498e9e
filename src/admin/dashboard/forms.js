// Forms and files: signing in, searching, filtering, choosing a plugin's file.

import { ask } from "./api.js";
import { linkTo } from "./route.js";
import { change, state } from "./state.js";
import { choose } from "./uploads.js";

/**
 * @param {() => Promise<void>} signedIn
 * @returns {void}
 */
export function listenToForms(signedIn) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset["form"] === undefined) return;
    event.preventDefault();
    if (form.dataset["form"] === "sign in") void signIn(form, signedIn);
    if (form.dataset["form"] === "explain") explain(form);
  });
  document.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement && target.name === "filter") change({ filter: target.value.trim() });
  });
  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "file") return;
    const [file] = target.files ?? [];
    if (file !== undefined) void choose(target.dataset["label"] ?? "", file);
    // The same file may be chosen again when it was built anew.
    target.value = "";
  });
  listenToDrops();
}

/**
 * @param {HTMLFormElement} form
 * @param {() => Promise<void>} signedIn
 * @returns {Promise<void>}
 */
async function signIn(form, signedIn) {
  const field = form.elements.namedItem("token");
  if (!(field instanceof HTMLInputElement)) return;
  const token = field.value.trim();
  field.value = "";
  const answer = await ask("POST", "/session", { token });
  if (answer.kind === "ok") return await signedIn();
  const wrong = { ...answer.problem, title: "This is no valid token.", detail: "", remedy: "qpsmtpd token makes one." };
  change({ signInProblem: answer.problem.status === 401 ? wrong : answer.problem });
  field.focus();
}

/**
 * @param {HTMLFormElement} form
 * @returns {void}
 */
function explain(form) {
  const field = form.elements.namedItem("code");
  if (!(field instanceof HTMLInputElement)) return;
  // As it stands at the end of a reply, in parentheses or not.
  const code = field.value.trim().replace(/^[([]+|[)\].,]+$/g, "");
  if (code === "") return;
  field.value = "";
  location.hash = linkTo("explain", code);
}

/** @returns {void} */
function listenToDrops() {
  document.addEventListener("dragover", (event) => {
    const zone = zoneOf(event);
    document.querySelector("[data-drop][data-over]")?.removeAttribute("data-over");
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    zone?.setAttribute("data-over", "");
  });
  document.addEventListener("dragleave", (event) => zoneOf(event)?.removeAttribute("data-over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const zone = zoneOf(event);
    const [file] = event.dataTransfer?.files ?? [];
    zone?.removeAttribute("data-over");
    if (zone !== null && file !== undefined && state.who?.role === "deploy") {
      void choose(zone.getAttribute("data-drop") ?? "", file);
    }
  });
}

/**
 * @param {Event} event
 * @returns {Element | null}
 */
function zoneOf({ target }) {
  return target instanceof Element ? target.closest("[data-drop]") : null;
}
