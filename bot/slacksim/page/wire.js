// The page's ends of the wire: deeds go out, news comes in.

// ask fetches JSON. What goes wrong is thrown as a sentence for people.
export async function ask(path, options) {
  let answer, content;
  try {
    answer = await fetch(path, options);
    content = await answer.json();
  } catch {
    throw new Error("The local Slack does not answer. Is it still running?");
  }
  if (!answer.ok) throw new Error(content.error ?? `The local Slack answered ${answer.status}.`);
  return content;
}

// perform does something in somebody's name and tells what became of it.
export function perform(deed, what) {
  return ask(`/page/do/${deed}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(what),
  });
}

// listen follows what a person sees, also over restarts of the server. told
// gets every piece of news, reached is told whether the server is there. The
// function it returns ends it.
export function listen(user, told, reached) {
  let source, timer, pause = 0, ended = false;
  const open = () => {
    const query = user ? `?user=${encodeURIComponent(user)}` : "";
    source = new EventSource(`/page/stream${query}`);
    source.onmessage = (event) => {
      pause = 0;
      reached(true);
      told(JSON.parse(event.data));
    };
    source.onerror = () => {
      source.close();
      reached(false);
      if (ended) return;
      pause = Math.min(pause ? pause * 2 : 250, 4000);
      timer = setTimeout(recover, pause);
    };
  };
  // A server that was started anew may not know the person any more.
  const recover = async () => {
    try {
      const probe = await fetch(`/page/stream?user=${encodeURIComponent(user ?? "")}`);
      probe.body?.cancel();
      if (probe.status === 404) user = null;
    } catch { /* still away: the attempt below says so */ }
    if (!ended) open();
  };
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
