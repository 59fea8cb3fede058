// Messages that arrive while no page is open: the part of the service worker that shows them, and that keeps the server's
// address of this browser right. A browser that knows declarative messages shows them itself and asks nobody here.
{
  const LIST = "/pemberitahuan";
  const HERE = "/pemberitahuan/pengaturan/perangkat";
  const ASKED = "/push-asked";
  // A visit asks the server at most so often whether it still knows this browser.
  const ASK_EVERY = 3600e3;

  const read = (data) => {
    try {
      const message = data.json();
      if (message.web_push === 8030 && message.notification?.title) return message.notification;
    } catch {
      // Somebody else's words, or none.
    }
    return { title: "Bina", navigate: LIST };
  };

  // A page that already shows it comes to the front; any other stays as it is, with whatever is being written in it.
  const show = async (address) => {
    const target = address.origin === self.location.origin ? address.href : new URL(LIST, self.location.origin).href;
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const showing = pages.find((page) => page.url === target);
    return showing ? showing.focus() : self.clients.openWindow(target);
  };

  // Renewing. Only a page switches messages on, and only for whoever is signed in; what is on stays on.

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

  function isUnder(subscription, key) {
    const theirs = new Uint8Array(subscription.options.applicationServerKey ?? []);
    return theirs.length === key.length && theirs.every((byte, at) => byte === key[at]);
  }

  // The browser's subscription under the server's key; one that the push service has forgotten is no use any more.
  async function subscription({ pushManager }, { key, endpoint, lost }) {
    const wanted = bytes(key);
    const present = await pushManager.getSubscription();
    if (present && isUnder(present, wanted) && !(lost && present.endpoint === endpoint)) return present;
    await present?.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
  }

  // Resolves to whether the server knows where to reach this browser.
  async function renew() {
    if (Notification.permission !== "granted") return false;
    const answer = await fetch(HERE, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) return false;
    await (await caches.open(FACTS)).put(ASKED, new Response(String(Date.now())));
    const known = await answer.json();
    if (!known.on || !known.key) return false;
    const current = await subscription(self.registration, known);
    if (current.endpoint === known.endpoint && !known.lost) return true;
    const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": known.token };
    return (await fetch(`${HERE}/baru`, { method: "POST", headers, body: JSON.stringify(current) })).ok;
  }

  // One after the other: two at once would undo each other's subscription.
  let turn = Promise.resolve();
  const inTurn = () => (turn = turn.catch(() => {}).then(renew));

  async function nowAndThen() {
    if (Notification.permission !== "granted") return;
    const asked = await (await caches.open(FACTS)).match(ASKED);
    if (!asked || Math.abs(Date.now() - Number(await asked.text())) > ASK_EVERY) await inTurn();
  }

  ORDERS.push = inTurn;
  self.addEventListener("message", (event) => {
    if (event.data.order === "meet") event.waitUntil(nowAndThen().catch(() => {}));
  });
  self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(inTurn().catch(() => {})));

  self.addEventListener("push", (event) => {
    const { title, navigate, ...options } = read(event.data);
    // The same tag again changes the message that is there and makes no second sound.
    event.waitUntil(self.registration.showNotification(title, { ...options, data: { navigate } }));
  });

  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(show(new URL(event.notification.data?.navigate ?? LIST, self.location.origin)));
  });
}
