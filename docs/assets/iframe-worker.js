// The search of these pages runs in a worker, and browsers start no worker from a file on the disk. There, this class replaces
// theirs: it runs the script in a hidden frame. The plugin `offline` would load such a class from another host.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.started = new Promise((resolve) => {
        // A frame is ready at once in Chromium, and only after its event in Firefox.
        this.frame.addEventListener("load", () => this.run(String(address), resolve), { once: true });
      });
      document.body.append(this.frame);
    }

    run(address, started) {
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      const script = inside.document.createElement("script");
      script.addEventListener("load", started);
      script.addEventListener("error", () => this.dispatchEvent(new Event("error")));
      script.src = address;
      inside.document.body.append(script);
    }

    async postMessage(data) {
      await this.started;
      const inside = this.frame.contentWindow;
      inside.dispatchEvent(new inside.MessageEvent("message", { data }));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
