// Asks for the page again and shows its new inside; says so where nobody answers.

const EVERY = 3000; // milliseconds

async function refresh() {
  const answer = await fetch(".", { signal: AbortSignal.timeout(10 * EVERY) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.title = page.title;
}

async function turn() {
  if (!document.hidden && !document.querySelector("main :focus")) {
    await refresh().then(
      () => document.body.removeAttribute("class"),
      () => document.body.setAttribute("class", "stale"),
    );
  }
  setTimeout(turn, EVERY);
}

setTimeout(turn, EVERY);
