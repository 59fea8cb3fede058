// How much room the phone gives us, and whether it may take it back.

const locale = document.documentElement.lang;

export function megabytes(bytes) {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: bytes < 100e6 ? 1 : 0 }).format(bytes / 1e6);
}

function roomy(bytes) {
  return bytes < 1e9 ? `${megabytes(bytes)} MB` : `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(bytes / 1e9)} GB`;
}

export class Room {
  constructor(box) {
    this.box = box;
  }

  async draw() {
    if (/iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone) this.box.querySelector("[data-ios]").hidden = false;
    const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
    if (!quota) return;
    this.box.hidden = false;
    const bar = this.box.querySelector("progress");
    bar.max = quota;
    bar.value = usage;
    this.box.querySelector("span[data-free]").textContent = this.box.dataset.free
      .replace("{used}", roomy(usage))
      .replace("{free}", roomy(quota - usage));
    const kept = await navigator.storage.persisted?.();
    this.box.querySelector("span[data-kept]").textContent = kept ? this.box.dataset.kept : this.box.dataset.loose;
  }

  // Asks the browser not to clear our storage when the phone gets full; some browsers ask the person.
  async protect() {
    await navigator.storage?.persist?.().catch(() => false);
    await this.draw();
  }
}
