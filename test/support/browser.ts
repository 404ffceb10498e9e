// A real Chromium for tests of the dashboard. A page that throws, asks, or breaks the content security policy fails.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { endWithFile } from "./left_over.ts";
import { projectRoot } from "./runtimes.ts";

/** Debian's. */
const executablePath = "/usr/bin/chromium";

const screenshots = join(projectRoot, "build", "screenshots");

/** Milliseconds for whatever a test waits for, on a loaded machine. */
const patience = 60_000;

export interface Visit {
  readonly page: Page;
  /** What must not happen in a page, a line each. */
  readonly wrong: readonly string[];
  /** `main` has this text, or will soon. */
  sees(text: string | RegExp, within?: string): Promise<void>;
  /** build/screenshots/NAME.png */
  shoot(name: string): Promise<void>;
  signIn(token: string): Promise<void>;
  close(): Promise<void>;
}

export class Chromium {
  readonly #browser: Browser;
  readonly #forget: () => void;

  private constructor(browser: Browser) {
    this.#browser = browser;
    this.#forget = endWithFile(() => void browser.close());
  }

  static async launch(): Promise<Chromium> {
    // Without its sandbox it runs as root, too, as in CI: it visits nobody but the server of the test.
    const args = ["--no-sandbox", "--disable-dev-shm-usage"];
    return new Chromium(await chromium.launch({ executablePath, args, timeout: patience }));
  }

  async close(): Promise<void> {
    this.#forget();
    await this.#browser.close();
  }

  async visit(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      wrong.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      if (/Content Security Policy|Uncaught/.test(message.text())) wrong.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(`${url}/`)) wrong.push(`elsewhere: ${request.url()}`);
    });
    await page.goto(url);
    return {
      page,
      wrong,
      sees: async (text, within = "main") => await page.locator(within).filter({ hasText: text }).first().waitFor(),
      shoot: async (name) => {
        mkdirSync(screenshots, { recursive: true });
        await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
      },
      signIn: async (token) => {
        await page.locator("#token:focus").waitFor();
        await page.keyboard.type(token);
        await page.keyboard.press("Enter");
        await page.locator("nav").waitFor();
      },
      close: async () => await context.close(),
    };
  }
}
