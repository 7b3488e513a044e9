// Small comforts. Every page works without this file, and no security decision depends on it.
(() => {
  "use strict";
  const make = (label, className) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = className;
    button.textContent = label;
    return button;
  };

  // Copy buttons.
  for (const box of document.querySelectorAll(".copy")) {
    const code = box.querySelector("code");
    if (!code || !navigator.clipboard) continue;
    const button = make("Copy", "button quiet small");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    box.append(button);
  }

  // Show and hide passwords.
  for (const input of document.querySelectorAll("input[data-reveal]")) {
    const button = make("Show", "reveal");
    button.setAttribute("aria-label", "Show password");
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const show = input.type === "password";
      input.type = show ? "text" : "password";
      button.textContent = show ? "Hide" : "Show";
      button.setAttribute("aria-pressed", String(show));
      input.focus();
    });
    const wrap = document.createElement("span");
    wrap.className = "with-reveal";
    const focused = document.activeElement === input;
    input.replaceWith(wrap);
    wrap.append(input, button);
    if (focused) input.focus();
  }

  // Security keys and passkeys. The server makes the challenge and judges the answer; this carries
  // bytes to the browser and back.
  const decode = (text) => Uint8Array.from(
    atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const credentialOf = async (kind, options) => {
    options.challenge = decode(options.challenge);
    if (options.user) options.user.id = decode(options.user.id);
    for (const list of [options.allowCredentials, options.excludeCredentials]) {
      for (const item of list ?? []) item.id = decode(item.id);
    }
    const made = await navigator.credentials[kind]({ publicKey: options });
    const response = { clientDataJSON: encode(made.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[part]) response[part] = encode(made.response[part]);
    }
    return JSON.stringify({ id: made.id, rawId: encode(made.rawId), type: made.type, response });
  };
  for (const form of document.querySelectorAll("form[data-webauthn]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      const field = form.elements.response;
      if (field.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const problem = form.querySelector(".problem");
      problem.hidden = true;
      try {
        let text = form.dataset.options;
        if (!text) {
          const body = new URLSearchParams({ csrf: form.elements.csrf.value });
          const answer = await fetch(form.dataset.from, { method: "POST", body });
          if (!answer.ok || answer.redirected) throw new Error("The server refused. Reload the page.");
          text = await answer.text();
        }
        field.value = await credentialOf(form.dataset.webauthn, JSON.parse(text));
        form.requestSubmit();
      } catch (error) {
        problem.textContent = error.name === "NotAllowedError"
          ? "That was cancelled or took too long. Try again." : error.message;
        problem.hidden = false;
      }
    });
  }

  // A short name is suggested from the name until it is edited.
  for (const input of document.querySelectorAll("input[data-slug]")) {
    const slug = document.getElementById(input.dataset.slug);
    let untouched = slug && slug.value === "";
    slug?.addEventListener("input", () => { untouched = false; });
    input.addEventListener("input", () => {
      if (!untouched) return;
      slug.value = input.value.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "")
        .replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 50);
    });
  }

  // A page that waits for something looks again by itself, for half an hour.
  const waiting = document.querySelector("[data-poll]");
  if (waiting) {
    const until = Date.now() + 30 * 60 * 1000;
    const look = async () => {
      if (!document.hidden) {
        try {
          const answer = await fetch(location.href);
          const text = answer.ok && !answer.redirected ? await answer.text() : "data-poll";
          if (!text.includes("data-poll")) return location.reload();
        } catch {
          // The server restarts: look again.
        }
      }
      if (Date.now() < until) setTimeout(look, waiting.dataset.poll * 1000);
    };
    setTimeout(look, waiting.dataset.poll * 1000);
  }

  // Menus close on Escape and on a click elsewhere.
  const menus = [...document.querySelectorAll("details.menu")];
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus) {
      if (!menu.open) continue;
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A second click on a form that is under way does nothing.
  for (const form of document.querySelectorAll("form[method=post]:not([data-download])")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) delete form.dataset.sent;
  });

  // A notice that came with a redirect is shown once, not again on reload.
  const url = new URL(location.href);
  if (url.searchParams.has("flash")) {
    url.searchParams.delete("flash");
    history.replaceState(null, "", url.pathname + url.search);
  }
})();
