// A file in the place of a plugin's: chosen, tried (which changes nothing), looked at, and only then put in force.

import { ask, part } from "./api.js";
import { refreshSoon } from "./poll.js";
import { change, state } from "./state.js";

/**
 * Tries the file, so that what it would change can be looked at.
 * @param {string} label
 * @param {File} file
 * @returns {Promise<void>}
 */
export async function choose(label, file) {
  const upload = { label, file, view: undefined, problem: undefined };
  change({ upload, said: undefined });
  const answer = await ask("PUT", `/plugins/${part(label)}?dryRun=1`, file);
  // Another one was chosen meanwhile.
  if (state.upload !== upload) return;
  if (answer.kind === "ok") change({ upload: { ...upload, view: answer.body } });
  else change({ upload: { ...upload, problem: answer.problem } });
}

/** @returns {Promise<void>} */
export async function deployChosen() {
  const { upload } = state;
  if (upload === undefined || upload.view?.kind !== "wouldDeploy") return;
  change({ busy: true });
  const answer = await ask("PUT", `/plugins/${part(upload.label)}`, upload.file);
  change({ busy: false });
  if (answer.kind === "ok") {
    const { generation, warnings } = answer.body;
    const title = `${upload.label} is deployed: new sessions have generation ${generation}.`;
    change({ upload: undefined, said: { kind: "good", title, lines: warnings } });
  } else change({ upload: { ...upload, view: undefined, problem: answer.problem } });
  refreshSoon();
}
