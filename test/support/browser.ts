import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import type { Lab } from "./lab.ts";

/** What a finished notebook cell holds, in nbformat's words. */
export interface NotebookCell {
  readonly cell_type: string;
  readonly source: string;
  readonly execution_count?: number | null;
  readonly outputs?: readonly NotebookOutput[];
}
interface NotebookOutput {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
}

/** The part of JupyterLab's application that tests drive; `--expose-app-in-browser` puts it on the window. */
interface JupyterApp {
  readonly restored: Promise<void>;
  readonly commands: { execute(command: string, args?: object): Promise<unknown> };
  readonly shell: { readonly currentWidget: NotebookWidget | null };
}
interface NotebookWidget {
  readonly sessionContext: { readonly ready: Promise<void>; readonly session: { kernel: { status: string } } | null };
  readonly context: { readonly ready: Promise<void>; readonly path: string; save(): Promise<void> };
  readonly content: {
    activeCellIndex: number;
    readonly model: { readonly sharedModel: { toJSON(): { cells: NotebookCell[] } } };
  };
  dispose(): void;
}
interface ScrollTarget {
  scrollIntoView(options: { block: "start" }): void;
}
type AppWindow = { jupyterapp: JupyterApp };

const chromiumPath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** One headless Chromium; disposing closes it with all its pages. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    if (!existsSync(chromiumPath))
      throw new Error(`${chromiumPath} is missing: install it with \`apt-get install chromium\`, or set $CHROMIUM.`);
    const args = [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ];
    return new TestBrowser(await chromium.launch({ executablePath: chromiumPath, headless: true, args }));
  }

  /** Opens Lab as a person of their own: nothing is shared with other pages but the server. */
  async openLab(lab: Lab, size = { width: 1280, height: 800 }): Promise<LabPage> {
    const context = await this.#browser.newContext({ viewport: size });
    return LabPage.open(await context.newPage(), lab);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** One page with JupyterLab in it; disposing closes it. */
export class LabPage implements AsyncDisposable {
  static #opened = 0;
  readonly page: Page;
  /** Errors that scripts of the page threw or logged. */
  readonly errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
  }

  static async open(page: Page, lab: Lab): Promise<LabPage> {
    const labPage = new LabPage(page);
    // A workspace of its own: a second page of one that is in use would be sent to another one by Lab.
    await page.goto(`${lab.url}lab/workspaces/page-${++LabPage.#opened}`);
    await labPage.#untilRestored();
    return labPage;
  }

  /** A second page of the same browser: shares storage and locks with this one. */
  async anotherTab(lab: Lab): Promise<LabPage> {
    return LabPage.open(await this.page.context().newPage(), lab);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.#untilRestored();
  }

  command(name: string, args: object = {}): Promise<unknown> {
    return this.page.evaluate(
      ([command, values]) => {
        const { jupyterapp } = globalThis as unknown as AppWindow;
        return jupyterapp.commands.execute(command, values).then(() => undefined);
      },
      [name, args] as const,
    );
  }

  /** Opens a notebook of Lab's folder and waits until its kernel is there. */
  async openNotebook(path: string): Promise<void> {
    await this.command("docmanager:open", { path });
    await this.page.waitForFunction((wanted) => {
      const { jupyterapp } = globalThis as unknown as AppWindow;
      return jupyterapp.shell.currentWidget?.context?.path === wanted;
    }, path);
    await this.page.evaluate(async () => {
      const notebook = (globalThis as unknown as AppWindow).jupyterapp.shell.currentWidget;
      await notebook?.context.ready;
      await notebook?.sessionContext.ready;
    });
  }

  /** Saves the open notebook and closes it; its kernel goes on. */
  async closeNotebook(): Promise<void> {
    await this.page.evaluate(async () => {
      const notebook = (globalThis as unknown as AppWindow).jupyterapp.shell.currentWidget;
      await notebook?.context.save();
      notebook?.dispose();
    });
  }

  /** Runs every cell of the open notebook, top to bottom; resolves when the last has run or one has failed. */
  async runAllCells(): Promise<void> {
    await this.command("notebook:run-all-cells");
  }

  /** Runs one cell of the open notebook; resolves when it has run, well or not. */
  async runCell(index: number): Promise<void> {
    await this.page.evaluate((cell) => {
      const notebook = (globalThis as unknown as AppWindow).jupyterapp.shell.currentWidget;
      if (notebook) notebook.content.activeCellIndex = cell;
    }, index);
    await this.command("notebook:run-cell");
  }

  /** Resolves when the open notebook's kernel runs this cell. */
  async untilBusy(index: number): Promise<void> {
    await this.page.waitForFunction((cell) => {
      const notebook = (globalThis as unknown as AppWindow).jupyterapp.shell.currentWidget;
      const isSent = notebook?.content.model.sharedModel.toJSON().cells[cell]?.execution_count === null;
      return isSent && notebook?.sessionContext.session?.kernel.status === "busy";
    }, index);
  }

  /** The open notebook's cells with their outputs, as they would be saved. */
  cells(): Promise<NotebookCell[]> {
    return this.page.evaluate(() => {
      const { jupyterapp } = globalThis as unknown as AppWindow;
      return jupyterapp.shell.currentWidget?.content.model.sharedModel.toJSON().cells ?? [];
    });
  }

  /** Puts a cell of the open notebook at the top of what is seen. */
  async scrollToCell(index: number): Promise<void> {
    const cell = this.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").nth(index);
    await cell.evaluate((node: ScrollTarget) => node.scrollIntoView({ block: "start" }));
  }

  /** The page, or one part of it, as a PNG file; folders are made. */
  async screenshot(file: string, part?: Locator): Promise<void> {
    await mkdir(dirname(file), { recursive: true });
    await (part ?? this.page).screenshot({ path: file });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const context = this.page.context();
    await this.page.close();
    if (context.pages().length === 0) await context.close();
  }

  async #untilRestored(): Promise<void> {
    await this.page.waitForFunction(() => "jupyterapp" in globalThis);
    await this.page.evaluate(() => (globalThis as unknown as AppWindow).jupyterapp.restored);
    await this.page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
  }
}
