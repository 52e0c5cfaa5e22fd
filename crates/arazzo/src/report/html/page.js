"use strict";
(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const steps = Array.from(document.querySelectorAll("details.step"));
  root.classList.add("js");

  const theme = find("theme");
  const isDark = () => {
    const chosen = root.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const label = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; label(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();

  const unfold = find("unfold");
  unfold.addEventListener("click", () => {
    const open = steps.some((step) => !step.open);
    steps.forEach((step) => { step.open = open; });
    unfold.textContent = open ? "Close all" : "Open all";
  });

  const search = find("search");
  const found = find("found");
  const texts = new Map();
  const text = (step) => {
    if (!texts.has(step)) texts.set(step, step.textContent.toLowerCase());
    return texts.get(step);
  };
  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    let count = 0;
    steps.forEach((step) => {
      step.hidden = wanted !== "" && !text(step).includes(wanted);
      if (!step.hidden) count += 1;
    });
    found.textContent = wanted === "" ? "" : `${count} of ${steps.length}`;
  };
  search.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      filter();
    }
  });

  const reveal = () => {
    const target = location.hash.length > 1 && find(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at instanceof HTMLDetailsElement) at.open = true;
      if (at.hidden) at.hidden = false;
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => { closed.forEach((details) => { details.open = false; }); });
})();
