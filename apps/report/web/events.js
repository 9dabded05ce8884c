// The tables of events: a click on a heading sorts, a click on a row chooses. Each has a view of the chosen event above it.
"use strict";

for (const group of document.querySelectorAll(".event-group")) {
  const table = group.querySelector("table"), body = table.tBodies[0], box = group.querySelector(".events");
  const about = JSON.parse(group.querySelector('script[type="application/json"]').textContent);
  const heads = [...table.tHead.rows[0].cells];

  // "−3.1×10−5" is a number too; what is none sorts as text.
  function valueOf(cell) {
    const match = /^([\u2212-]?[\d.]+)(?:\u00d710([\u2212-]?\d+))?/.exec(cell.textContent.trim());
    return match ? Number(match[1].replace("\u2212", "-")) * 10 ** Number((match[2] ?? "0").replace("\u2212", "-")) : NaN;
  }

  function sortBy(column) {
    const head = heads[column], down = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...body.rows].map((row) => ({row, value: valueOf(row.cells[column]), text: row.cells[column].textContent}));
    const numbers = rows.every(({value}) => !Number.isNaN(value));
    rows.sort((a, b) => (down ? -1 : 1) * (numbers ? a.value - b.value : a.text.localeCompare(b.text)));
    body.append(...rows.map(({row}) => row));
  }

  heads.forEach((head, column) => {
    const button = glasscape.element("button", {type: "button"}, ...head.childNodes);
    button.addEventListener("click", () => sortBy(column));
    head.append(button);
  });
  body.addEventListener("click", (event) => glasscape.choose(Number(event.target.closest("tr")?.dataset.event)));
  box.addEventListener("keydown", (event) => {
    const step = {ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling"}[event.key];
    const row = step && body.querySelector("[aria-selected=true]")?.[step];
    if (!row) return;
    event.preventDefault();
    glasscape.choose(Number(row.dataset.event));
  });

  // Made when the reader comes near: asking for WebGL takes a while.
  let view = undefined;
  function makeView() {
    if (view !== undefined) return;
    view = EventView.possible() ? new EventView(group, about) : null;
    if (view) return box.before(view.box);
    group.classList.add("flat");  // brings the still pictures back
    box.before(glasscape.element("p", {class: "soft"}, "This browser has no WebGL, so events cannot be shown in three dimensions."));
  }

  function sentence(row) {
    const cells = [...row.cells].map((cell) => cell.textContent.trim());
    return `Event ${cells[0]}: ${cells[1]} eV forward, ${cells[2]} eV reverse; atoms moved ${cells[3]}; total displacement ${cells[4]} \u00c5.`;
  }

  function show(number, scroll) {
    body.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
    if (number < about.first || number > about.last) return;  // of another stage
    const row = body.querySelector(`tr[data-event="${number}"]`);
    makeView();
    if (!row) {
      if (view && scroll) view.text.textContent = `Event ${number} is not in the table of this page.`;
      return;
    }
    row.setAttribute("aria-selected", "true");
    const above = row.offsetTop - table.tHead.offsetHeight, below = row.offsetTop + row.offsetHeight;  // within the box alone
    if (scroll && (above < box.scrollTop || below > box.scrollTop + box.clientHeight)) box.scrollTop = above;
    view?.open(number, sentence(row));
  }
  glasscape.listeners.push((number) => show(number, true));

  // the first that can be seen, when the reader comes near: a page of many stages does not draw them all at once
  const near = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    near.disconnect();
    makeView();
    const first = [...body.rows].find((row) => view?.has(row.dataset.event));
    if (view && !view.event && first) show(first.dataset.event, false);
  }, {rootMargin: "200px"});
  near.observe(group);
}
