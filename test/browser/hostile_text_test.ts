// What clients and plugins wrote is shown as text, everywhere; the page can be used on a phone, in the dark, and by keys.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Chromium, type Visit } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { serveStaged, type StagedAdmin } from "../support/staged_admin.ts";

const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a>`;
const session = "1ke4z8q-7m2px40";

let chromium: Chromium;
let hostile: StagedAdmin;
let staged: StagedAdmin;

before(async () => {
  const plain = { hello: "mail.example.com", reason: "Nobody of that name", plugin: "rcpt_ok", warning: "Renew me" };
  [chromium, hostile, staged] = await Promise.all([
    Chromium.launch(),
    serveStaged({ hello: evil, reason: evil, plugin: evil, warning: evil }),
    serveStaged(plain),
  ]);
});

after(async () => {
  await chromium?.close();
  await Promise.all([hostile?.close(), staged?.close()]);
});

async function signedIn(
  admin: StagedAdmin,
  role: string,
  options: Parameters<Chromium["visit"]>[1] = {},
): Promise<Visit> {
  const visit = await chromium.visit(admin.url, options);
  await visit.signIn(role);
  return visit;
}

/** Every view by its address, and something that is there as soon as it is drawn. */
const places: readonly (readonly [name: string, hash: string, there: string])[] = [
  ["overview", "#/", "Latency by hook"],
  ["sessions", "#/sessions", "3 of 3"],
  ["session", `#/sessions/${session}`, "Dialogue"],
  ["plugins", "#/plugins", "Decisions by plugin and hook"],
  ["plugin", "#/plugins/rcpt_ok", "Needs and grants"],
  ["refusals", "#/refusals", "Come again"],
  ["explain", `#/explain/${session}.1`, "Transaction"],
];

describe("script in every text that is not ours", () => {
  test("stands there as it is, and makes no node", async () => {
    const visit = await signedIn(hostile, "deploy");
    const { page } = visit;
    for (const [name, hash, there] of places) {
      await page.goto(`${hostile.url}/${hash}`);
      await visit.sees(there);
      await visit.sees(evil);
      assert.deepEqual(await strangers(visit), [], name);
    }
    await page.goto(`${hostile.url}/#/plugins/rcpt_ok`);
    await visit.sees("Needs and grants");
    for (const octets of [10, 2000]) {
      await page.setInputFiles("#file", { name: evil, mimeType: "application/wasm", buffer: Buffer.alloc(octets) });
      await visit.sees(evil, ".tried");
    }
    await page.getByRole("button", { name: "Reload" }).click();
    await visit.sees(evil, "#said");
    await page.goto(`${hostile.url}/#/explain/${encodeURIComponent(evil)}`);
    await visit.sees(evil);
    assert.deepEqual([await strangers(visit), visit.wrong], [[], []]);
    await visit.close();
  });

  test("and inline code would not run if it were there", async () => {
    const visit = await chromium.visit(hostile.url);
    await visit.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')");
    await eventually(() => "nothing was said", () => visit.wrong.length > 0 || undefined);
    assert.match(visit.wrong.join("\n"), /Content Security Policy/);
    assert.doesNotMatch(visit.wrong.join("\n"), /dialog/);
    await visit.close();
  });
});

/** Elements of kinds, and links to places, that the dashboard does not make. */
async function strangers({ page }: Visit): Promise<unknown> {
  return await page.evaluate(
    `[...document.body.querySelectorAll("script, img, iframe, object, embed, base, style, [href]")]
    .filter((each) => !/^(#|\\/docs$)/.test(each.getAttribute("href") ?? ""))
    .map((each) => each.outerHTML)`,
  );
}

describe("what a role may not do has no button", () => {
  const rows: readonly (readonly [role: string, there: readonly string[], absent: readonly string[]])[] = [
    ["read", [], ["Roll back", "Switch off", "enforce", "Upload a new version"]],
    ["operate", ["Roll back", "Switch off", "enforce"], ["Upload a new version"]],
    ["deploy", ["Roll back", "Switch off", "enforce", "Upload a new version"], []],
  ];
  for (const [role, there, absent] of rows) {
    test(role, async () => {
      const visit = await signedIn(staged, role);
      await visit.page.goto(`${staged.url}/#/plugins/rcpt_ok`);
      await visit.sees("Needs and grants");
      const controls = visit.page.locator("main button, main label");
      for (const text of there) assert.equal(await controls.filter({ hasText: text }).count(), 1, text);
      for (const text of absent) assert.equal(await controls.filter({ hasText: text }).count(), 0, text);
      await visit.page.goto(`${staged.url}/#/sessions/${session}`);
      await visit.sees("Dialogue");
      assert.equal(await controls.filter({ hasText: "End session" }).count(), role === "read" ? 0 : 1);
      await visit.close();
    });
  }
});

describe("the keyboard alone", () => {
  test("goes through a list, opens, closes, and is back where it was", async () => {
    const visit = await signedIn(staged, "operate");
    const { page } = visit;
    await page.goto(`${staged.url}/#/sessions`);
    await visit.sees("3 of 3");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(visit), "2001:db8::25");
    await page.waitForTimeout(2000);
    assert.equal(await focused(visit), "2001:db8::25", "the focus stays when the list is drawn again");
    await page.keyboard.press("Enter");
    await visit.sees("Session with 2001:db8::25");
    await page.locator("h2:focus").filter({ hasText: "Session with 2001:db8::25" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("a:focus").filter({ hasText: "2001:db8::25" }).waitFor();
    await visit.close();
  });

  test("skips to the content, searches, and leaves what it is asked", async () => {
    const visit = await signedIn(staged, "deploy");
    const { page } = visit;
    await page.goto(`${staged.url}/#/plugins/rcpt_ok`);
    await visit.sees("Needs and grants");
    await page.getByRole("button", { name: "Roll back" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("dialog[open]").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    assert.equal(await focused(visit), "Roll back");
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.locator("#file").press("Enter")]);
    await chooser.setFiles({ name: "door.wasm", mimeType: "application/wasm", buffer: Buffer.alloc(2000) });
    await visit.sees("is not granted", ".tried");
    await page.keyboard.press("/");
    await page.keyboard.type(`${session}.1`);
    await page.keyboard.press("Enter");
    await visit.sees("Transaction");
    assert.deepEqual(visit.wrong, []);
    await visit.close();
  });

  test("the first stop of every page is the way to its content", async () => {
    const visit = await signedIn(staged, "read");
    await visit.page.reload();
    await visit.sees("Ready");
    await visit.page.keyboard.press("Tab");
    assert.equal(await focused(visit), "Skip to content");
    await visit.page.keyboard.press("Enter");
    assert.equal(await visit.page.evaluate("document.activeElement.id"), "main");
    await visit.close();
  });
});

async function focused({ page }: Visit): Promise<unknown> {
  return await page.evaluate("document.activeElement?.textContent");
}

describe("in the dark, in the light, on a phone", () => {
  const looks = [
    ["dark", { colorScheme: "dark" }],
    ["light", { colorScheme: "light" }],
    ["phone", { colorScheme: "light", viewport: { width: 400, height: 860 }, hasTouch: true }],
  ] as const;
  for (const [look, options] of looks) {
    test(`${look}: every view, no wider than the screen, every text in contrast to its ground`, async () => {
      const visit = await signedIn(staged, "deploy", options);
      const { page } = visit;
      for (const [name, hash, there] of places) {
        await page.goto(`${staged.url}/${hash}`);
        await visit.sees(there);
        await visit.shoot(`${look}-${name}`);
        const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert.equal(over, 0, name);
        assert.deepEqual(await page.evaluate(faint), [], name);
      }
      assert.deepEqual(visit.wrong, []);
      await visit.close();
    });
  }

  test("the theme is chosen by a button, and remembered", async () => {
    const visit = await signedIn(staged, "read", { colorScheme: "light" });
    const ground = async (): Promise<unknown> => {
      return await visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    };
    const light = await ground();
    await visit.page.getByRole("button", { name: "Theme: auto" }).click();
    await visit.page.getByRole("button", { name: "Theme: dark" }).waitFor();
    const dark = await ground();
    assert.notEqual(dark, light);
    await visit.page.reload();
    await visit.page.getByRole("button", { name: "Theme: dark" }).waitFor();
    assert.equal(await ground(), dark);
    await visit.close();
  });
});

/** Texts whose contrast to what is behind them is below 4.5 (WCAG 2.2, 1.4.3). */
const faint = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const octets = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const ground = (element) => {
    for (let each = element; each !== null; each = each.parentElement) {
      const color = octets(getComputedStyle(each).backgroundColor);
      if (color[3] > 250) return color;
    }
    return octets(getComputedStyle(document.documentElement).backgroundColor);
  };
  const texts = [...document.body.querySelectorAll("*")].filter((each) => {
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    return own && each.checkVisibility() && !each.disabled && each.closest("svg, .unseen, .skip, noscript, dialog") === null;
  });
  return texts.flatMap((each) => {
    const [a, b] = [light(octets(getComputedStyle(each).color)), light(ground(each))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    return contrast < 4.5 ? [each.className + " " + each.textContent.slice(0, 30) + " " + contrast.toFixed(2)] : [];
  });
})()`;
