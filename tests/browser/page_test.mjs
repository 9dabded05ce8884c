// The report's page in headless Chromium: it logs nothing, asks for nothing, answers the pointer, and stands without
// scripts. Usage: node page_test.mjs WRITE_PAGE, the program of write_page.cpp.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {Chromium} from "./chromium.mjs";

const folder = mkdtempSync(join(tmpdir(), "glasscape-page-"));
const small = join(folder, "small.html"), large = join(folder, "large.html");
execFileSync(process.argv[2], [small, "40"]);
execFileSync(process.argv[2], [large, "3000"]);

const laws = {};

/// Where the element is in the window, once it is in view.
const place = (page, element) => page.value(`(() => {
  const element = ${element};
  element.scrollIntoView({block: "center"});
  const {x, y, width, height} = element.getBoundingClientRect();
  return {x: x + width / 2, y: y + height / 2, left: x, top: y, width, height};
})()`);

const frame = (title) => `[...document.querySelectorAll(".frame")].find((one) => one.dataset.title === "${title}")`;

/// Waits until the plot has been drawn and listens, and nothing near it is being drawn.
async function drawn(page, title) {
  await place(page, frame(title));
  await page.until(`${frame(title)}.querySelector(".ready") !== null && document.querySelectorAll(".plot-area:not(.ready)").length === 0`);
}

laws["a page asks for nothing but itself, logs nothing, and a hostile name does nothing"] = async (browser) => {
  const page = await browser.open(small, {before: "window.alerted = 0; window.alert = () => ++window.alerted;"});
  await page.value("(async () => { for (let y = 0; y < document.body.scrollHeight; y += 400) { scrollTo(0, y); await new Promise((done) => setTimeout(done, 150)); } })()");
  await page.until("document.querySelectorAll('.plot').length >= 5");
  assert.equal(await page.value("alerted"), 0);
  assert.equal(await page.value("document.images.length"), 0);
  assert.match(await page.value("document.title"), /<img src=x/);
  assert.ok(await page.value("document.querySelectorAll('.plot').length") >= 5);
  assert.deepEqual(page.errors, []);
  assert.deepEqual(page.requests.filter((url) => !url.endsWith("small.html")), []);
  return page;
};

laws["the policy lets no script in and nothing out"] = async (browser) => {
  const page = await browser.open(small);
  await page.value("{ const script = document.createElement('script'); script.textContent = 'window.ran = true'; document.body.append(script); }");
  assert.equal(await page.value("window.ran === undefined"), true);
  assert.equal(await page.value("fetch('https://localhost:1/').then(() => 'sent', () => 'refused')"), "refused");
  await page.until(() => page.errors.some((text) => /Content Security Policy/.test(text)));
  return page;
};

laws["a pointer on a point shows its values, a click on it chooses its event"] = async (browser) => {
  const page = await browser.open(small);
  await drawn(page, "Size of events");
  const point = await place(page, `${frame("Size of events")}.querySelectorAll(".scatterlayer .point")[7]`);
  await page.move(point.x, point.y);
  await page.until(`/event \\d+.*barrier: [\\d.]+ eV/s.test(${frame("Size of events")}.querySelector(".hoverlayer").textContent)`);
  const shown = await page.value(`Number(/event (\\d+)/.exec(${frame("Size of events")}.querySelector(".hoverlayer").textContent)[1])`);
  await page.click(point.x, point.y);
  await page.until(`glasscape.chosen === ${shown}`);
  assert.equal(await page.value("document.querySelector('tr[aria-selected=true]').dataset.event"), String(shown));
  assert.deepEqual(page.errors, []);
  return page;
};

laws["a click on a heading sorts, a click on a row chooses, and the atoms are drawn"] = async (browser) => {
  const page = await browser.open(small);
  await place(page, "document.querySelector('.events')");
  await page.until("document.querySelector('tr[aria-selected=true]') !== null");
  const rows = "[...document.querySelectorAll('.events tbody tr')].map((row) => Number(row.cells[1].textContent))";
  const heading = await place(page, "document.querySelectorAll('.events thead button')[1]");
  await page.click(heading.x, heading.y);
  await page.until("document.querySelector('th[aria-sort]') !== null");
  const sorted = await page.value(rows);
  assert.deepEqual(sorted, [...sorted].sort((a, b) => a - b));
  const row = await place(page, "document.querySelectorAll('.events tbody tr')[2]");
  await page.click(row.x, row.y);
  const chosen = await page.value("Number(document.querySelectorAll('.events tbody tr')[2].dataset.event)");
  assert.equal(await page.value("glasscape.chosen"), chosen);
  await page.until(`document.querySelector('.event-view p').textContent.startsWith('Event ${chosen}:')`);
  const stage = await place(page, "document.querySelector('.stage')");
  const colors = async () => page.value(`new Promise(async (done) => {
    const image = new Image();
    image.src = "data:image/png;base64,${await page.picture({x: stage.left, y: stage.top + await page.value("scrollY"), width: stage.width, height: stage.height})}";
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height}), pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const pixels = pen.getImageData(0, 0, image.width, image.height).data, counts = new Map();
    for (let i = 0; i < pixels.length; i += 4) { const key = pixels.slice(i, i + 3).join(); counts.set(key, (counts.get(key) ?? 0) + 1); }
    done({kinds: counts.size, share: Math.max(...counts.values()) / (pixels.length / 4)});
  })`);
  await page.until(async () => { const {kinds, share} = await colors(); return kinds > 50 && share < 0.98; });  // else the view is empty
  const play = await place(page, "document.querySelector('.event-view button')");
  await page.click(play.x, play.y);
  await page.until("document.querySelector('.event-view input').value === '48'");
  assert.equal(await page.value("document.querySelector('.event-view .bar .soft').textContent"), "end");
  assert.deepEqual(page.errors, []);
  return page;
};

laws["a large landscape answers the pointer too, and a box zooms"] = async (browser) => {
  const page = await browser.open(large);
  const title = "Basins and the saddles between them", area = `${frame(title)}.querySelector(".plot-area")`;
  await drawn(page, title);
  const {left, top, width, height} = await place(page, area);
  const at = await page.value(`(() => {  // a marker, by way of colours that only markers have
    const canvas = ${area}.querySelector("canvas"), pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const [r, g, b] = glasscape.color("@2").match(/\\d+/g).map(Number);
    for (let i = 0; i < pixels.length; i += 4)
      if (pixels[i] === r && pixels[i + 1] === g && pixels[i + 2] === b && (i / 4 / canvas.width) > 40) return {x: (i / 4) % canvas.width, y: Math.floor(i / 4 / canvas.width)};
  })()`);
  await page.move(left + at.x, top + at.y);
  await page.until(`/saddle of event \\d+.*eV/s.test(${area}.querySelector(".hint").textContent)`);
  const shown = await page.value(`Number(/event (\\d+)/.exec(${area}.querySelector(".hint").textContent)[1])`);
  await page.click(left + at.x, top + at.y);
  assert.equal(await page.value("glasscape.chosen"), shown);
  await place(page, area);
  const [x, y] = [left + width / 3, top + height / 3];
  await page.mouse("mousePressed", x, y, {button: "left", clickCount: 1});
  await page.mouse("mouseMoved", x + 120, y + 80, {button: "left"});
  await page.mouse("mouseReleased", x + 120, y + 80, {button: "left", clickCount: 1});
  await page.until(`!${area}.querySelector("button").hidden`);
  assert.deepEqual(page.errors, []);
  return page;
};

laws["without scripts pictures and tables stand"] = async (browser) => {
  const page = await browser.open(small, {scripts: false});
  const {root} = await page.send("DOM.getDocument", {depth: 0});
  const all = async (selector) => (await page.send("DOM.querySelectorAll", {nodeId: root.nodeId, selector})).nodeIds;
  assert.ok((await all(".frame > svg.figure")).length >= 5);
  assert.equal((await all(".plot, .event-view, button")).length, 0);
  assert.equal((await all(".events tbody tr")).length, 39);
  for (const svg of [...(await all(".frame > svg.figure")).slice(0, 2), ...(await all(".pictures svg"))]) {
    const {model} = await page.send("DOM.getBoxModel", {nodeId: svg});
    assert.ok(model.width > 100 && model.height > 100);
  }
  assert.deepEqual(page.errors, []);
  return page;
};

laws["without WebGL a sentence says so and the still pictures stay"] = async (browser) => {
  const page = await browser.open(small);
  await place(page, "document.querySelector('.events')");
  // of the paragraphs only: the text of the body holds that of its scripts, and with it the sentence, from the beginning
  await page.until("[...document.querySelectorAll('.event-group p')].some((one) => /no WebGL/.test(one.textContent))");
  assert.ok(await page.value("document.querySelector('.pictures').getBoundingClientRect().height") > 100);
  return page;
};

// WebGL without a graphics card is slow: only where it is looked at
const withWebGL = new Chromium(), without = new Chromium({flags: ["--disable-gpu", "--disable-3d-apis"]});
let failed = 0;
for (const [law, test] of Object.entries(laws)) {
  const begun = Date.now();
  try {
    await (await test(/asks for nothing|atoms/.test(law) ? withWebGL : without)).close();
    console.log(`ok      ${law} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${law}\n${error.stack}`);
  }
}
await withWebGL.close();
await without.close();
rmSync(folder, {recursive: true});
process.exit(failed === 0 ? 0 : 1);
