// Messages that arrive while no page is open: the part of the service worker that shows them. It needs nothing from the
// rest and touches no cache. A browser that knows declarative messages shows them itself and asks nobody here.
{
  const LIST = "/pemberitahuan";

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
