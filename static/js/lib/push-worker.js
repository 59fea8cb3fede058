// Messages that arrive while no page is open. The service worker takes this file in with importScripts; it needs nothing
// from it and touches no cache. A browser that knows declarative messages shows them itself and asks nobody here.

const LIST = "/pemberitahuan";

function read(data) {
  try {
    const message = data.json();
    if (message.web_push === 8030 && message.notification?.title) return message.notification;
  } catch {
    // Somebody else's words, or none.
  }
  return { title: "Bina", navigate: LIST };
}

self.addEventListener("push", (event) => {
  const { title, navigate, ...options } = read(event.data);
  // The same tag again changes the message that is there and makes no second sound.
  event.waitUntil(self.registration.showNotification(title, { ...options, data: { navigate } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data?.navigate ?? LIST, self.location.origin)));
});

// A page that already shows it comes to the front; any other stays as it is, with whatever is being written in it.
async function open(address) {
  const target = address.origin === self.location.origin ? address.href : new URL(LIST, self.location.origin).href;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const showing = pages.find((page) => page.url === target);
  return showing ? showing.focus() : self.clients.openWindow(target);
}
