// The newest official SDK for Node, used as an application uses it.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

// Runs `code` with Sentry started, in a process of its own, and waits until all of it is sent.
export function sendWithSdk(dsn, code, options = {}) {
  const init = { dsn, release: "shop@1.0.0", environment: "production", ...options };
  const script = `import * as Sentry from "@sentry/node";
    Sentry.init(${JSON.stringify(init)});
    ${code}
    if (!(await Sentry.flush(10000))) process.exit(1);`;
  execFileSync(process.execPath, ["--input-type=module", "-e", script],
    { cwd: join(import.meta.dirname, ".."), stdio: "pipe" });
}
