// HTTP to the server: actions, and the stream of updates.

// getJSON fetches JSON. It throws errors as sentences for people.
export async function getJSON(path, options) {
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

// performAction carries out an action and returns its outcome.
export function performAction(action, body) {
  return getJSON(`/page/do/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

// openStream receives what a person sees, and reconnects when the server was
// restarted. onUpdate gets every update, onOnline whether the server can be
// reached. The returned function ends the stream.
export function openStream(user, onUpdate, onOnline) {
  let source, timer, delay = 0, closed = false;
  const open = () => {
    const query = user ? `?user=${encodeURIComponent(user)}` : "";
    source = new EventSource(`/page/stream${query}`);
    source.onmessage = (event) => {
      delay = 0;
      onOnline(true);
      onUpdate(JSON.parse(event.data));
    };
    source.onerror = () => {
      source.close();
      onOnline(false);
      if (closed) return;
      delay = Math.min(delay ? delay * 2 : 250, 4000);
      timer = setTimeout(recover, delay);
    };
  };
  // A restarted server may not know the person.
  const recover = async () => {
    try {
      const probe = await fetch(`/page/stream?user=${encodeURIComponent(user ?? "")}`);
      probe.body?.cancel();
      if (probe.status === 404) user = null;
    } catch { /* still offline: the attempt below reports it */ }
    if (!closed) open();
  };
  open();
  return () => {
    closed = true;
    clearTimeout(timer);
    source.close();
  };
}
