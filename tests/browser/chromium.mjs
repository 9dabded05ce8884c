// A headless Chromium, steered by its DevTools protocol (chromedevtools.github.io/devtools-protocol) through two pipes:
// messages are JSON that ends with a zero byte.
import {spawn} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

export class Chromium {
  constructor({flags = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]} = {}) {
    this.profile = mkdtempSync(join(tmpdir(), "glasscape-browser-"));
    // --no-sandbox: tests may run as root; swiftshader: WebGL without a graphics card
    this.process = spawn("chromium", ["--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage",
      "--disable-background-networking", ...flags, "--hide-scrollbars", `--user-data-dir=${this.profile}`],
      {stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"]});
    this.last = 0;
    this.waiting = new Map();
    this.pages = new Map();
    let rest = "";
    this.process.stdio[4].setEncoding("utf8");
    this.process.stdio[4].on("data", (text) => {
      const messages = (rest + text).split("\0");
      rest = messages.pop();
      for (const message of messages) this.take(JSON.parse(message));
    });
    this.process.on("error", (error) => { for (const {reject} of this.waiting.values()) reject(error); });
    this.process.on("exit", () => { for (const {reject} of this.waiting.values()) reject(new Error("chromium has ended")); });
  }

  take({id, result, error, sessionId, method, params}) {
    if (!id) return this.pages.get(sessionId)?.happened(method, params);
    const {resolve, reject} = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) reject(new Error(error.message));
    else resolve(result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.last;
    this.process.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + "\0");
    return new Promise((resolve, reject) => this.waiting.set(id, {resolve, reject}));
  }

  /// A tab that shows the file, with what it logged and asked for since it opened.
  async open(file, {width = 1280, height = 900, dark = false, scripts = true, before = ""} = {}) {
    const {targetId} = await this.send("Target.createTarget", {url: "about:blank"});
    const {sessionId} = await this.send("Target.attachToTarget", {targetId, flatten: true});
    const page = new Page(this, sessionId, targetId);
    this.pages.set(sessionId, page);
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.send(domain + ".enable");
    await page.send("Emulation.setDeviceMetricsOverride", {width, height, deviceScaleFactor: 1, mobile: false});
    await page.send("Emulation.setEmulatedMedia", {features: [{name: "prefers-color-scheme", value: dark ? "dark" : "light"}]});
    if (!scripts) await page.send("Emulation.setScriptExecutionDisabled", {value: true});
    if (before) await page.send("Page.addScriptToEvaluateOnNewDocument", {source: before});
    const loaded = page.once("Page.loadEventFired");
    await page.send("Page.navigate", {url: pathToFileURL(file).href});
    await loaded;
    return page;
  }

  async close() {
    const ended = new Promise((resolve) => this.process.on("exit", resolve));
    await this.send("Browser.close").catch(() => {});
    await ended;
    rmSync(this.profile, {recursive: true, force: true, maxRetries: 5});
  }
}

class Page {
  constructor(browser, session, target) {
    Object.assign(this, {browser, session, target, errors: [], requests: [], expected: []});
  }

  send(method, params) { return this.browser.send(method, params, this.session); }
  once(method) { return new Promise((resolve) => this.expected.push({method, resolve})); }

  happened(method, params) {
    for (const {resolve} of this.expected.filter((one) => one.method === method)) resolve(params);
    this.expected = this.expected.filter((one) => one.method !== method);
    if (method === "Runtime.exceptionThrown") this.errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type))
      this.errors.push(params.args.map((arg) => arg.value ?? arg.description).join(" "));
    if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) this.errors.push(params.entry.text);
    if (method === "Network.requestWillBeSent" && !/^(data|blob):/.test(params.request.url)) this.requests.push(params.request.url);
  }

  /// The value of an expression in the page; promises are waited for.
  async value(expression) {
    const {result, exceptionDetails} = await this.send("Runtime.evaluate", {expression, awaitPromise: true, returnByValue: true});
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  /// Waits until the condition, an expression in the page or a function here, is true; throws after ten seconds.
  async until(condition) {
    for (const end = Date.now() + 10000; Date.now() < end;) {
      const value = typeof condition === "string" ? await this.value(condition) : await condition();
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not within ten seconds: ${condition}`);
  }

  async mouse(type, x, y, more = {}) { await this.send("Input.dispatchMouseEvent", {type, x, y, ...more}); }
  async move(x, y) { await this.mouse("mouseMoved", x, y); }
  async click(x, y) {
    await this.move(x, y);
    await this.mouse("mousePressed", x, y, {button: "left", clickCount: 1});
    await this.mouse("mouseReleased", x, y, {button: "left", clickCount: 1});
  }

  /// PNG of the window or of a rectangle of the page, in base64.
  async picture(clip = undefined) {
    return (await this.send("Page.captureScreenshot", {format: "png", ...(clip ? {clip: {...clip, scale: 1}, captureBeyondViewport: true} : {})})).data;
  }

  async close() { await this.browser.send("Target.closeTarget", {targetId: this.target}); }
}
