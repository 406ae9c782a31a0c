// The backend's pages against its source: the keys of the environment, and the set-ups that are shown.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { blockOf, read } from "./support.js";

const KEY = /^(LANDERPAY_\w+|DATABASE_URL)$/;

/** The keys with their defaults, out of the table. */
const documented = new Map(
  [...read("docs/backend-configure.md").matchAll(/^\| `([A-Z_]+)` \| (.+?) \|/gm)].map(
    ([, key, value]) => [key, /^`(.+)`$/.exec(value)?.[1] ?? value],
  ),
);

describe("the keys of the environment", () => {
  // Without its tests, which have keys as well.
  const [source] = read("backend/src/config.rs").split("#[cfg(test)]");

  test("are those that the backend reads, with the same defaults", () => {
    const read = [...source.matchAll(/env\s*\.(\w+)\(\s*"(\w+)"(?:,\s*"([^"]*)")?/g)].map(
      ([, how, key, value]) => [key, how === "required" ? "required" : value || undefined],
    );
    assert.ok(read.length > 15);
    for (const [key, value] of read) {
      assert.ok(documented.has(key), key);
      if (value) assert.equal(documented.get(key), value, key);
      else assert.match(documented.get(key), /^(none|the page's)$/, key);
    }
    assert.deepEqual([...documented.keys()].sort(), read.map(([key]) => key).sort());
  });

  test("are those of --help", () => {
    const [, help] = /const HELP: &str = "\\\n(.*?)";/s.exec(read("backend/src/args.rs"));
    const keys = [...help.matchAll(/^ {4}(LANDERPAY_\w+|DATABASE_URL)\b/gm)].map(([, key]) => key);
    assert.deepEqual(keys.sort(), [...documented.keys()].sort());
  });
});

describe("the set-ups that are shown", () => {
  const environment = keysOf(blockOf("environment").text);
  const nginx = blockOf("nginx").text;
  const caddy = blockOf("caddy").text;
  const systemd = blockOf("systemd").text;
  const container = blockOf("container").text;

  function keysOf(text) {
    return new Map(
      [...text.matchAll(/^([A-Z][A-Z_]+)=(.+)$/gm)].map(([, key, value]) => [key, value]),
    );
  }

  test("name keys that there are", () => {
    const texts = [systemd, container].flatMap((text) => [...text.matchAll(/\b(\w+)=/g)]);
    const named = texts.map(([, key]) => key).filter((key) => KEY.test(key));
    const all = [...environment.keys(), ...keysOf(blockOf("postgres").text).keys(), ...named];
    assert.ok(all.length > 8);
    for (const key of all) assert.ok(documented.has(key.replace(/_FILE$/, "")), key);
    for (const [key, value] of documented) {
      const isGiven = environment.has(key) || environment.has(`${key}_FILE`);
      if (value === "required") assert.ok(isGiven, `${key} is missing`);
    }
  });

  test("the web servers speak to where it listens, and write the header that it reads", () => {
    const address = documented.get("LANDERPAY_LISTEN");
    const header = environment.get("LANDERPAY_SHOPPER_ADDRESS_HEADER");
    assert.ok(nginx.includes(`proxy_pass http://${address};`));
    // The address that it saw itself: what came in with the request is anybody's word.
    assert.ok(nginx.includes(`proxy_set_header ${header} $remote_addr;`));
    assert.ok(caddy.includes(`reverse_proxy ${address} {`));
    assert.ok(caddy.includes(`header_up ${header} {remote_host}`));
    const [, port] = /^ENV LANDERPAY_LISTEN=0\.0\.0\.0:(\d+)$/m.exec(container);
    assert.ok(container.includes(`EXPOSE ${port}\n`));
  });

  test("nobody loses patience before the CRM's time limit is over", () => {
    const limit = Number(documented.get("LANDERPAY_CRM_TIMEOUT"));
    for (const [text, pattern] of [
      [nginx, /proxy_read_timeout (\d+)s;/],
      [caddy, /read_timeout (\d+)s/],
      [systemd, /^TimeoutStopSec=(\d+)$/m],
      [container, /docker run --stop-timeout (\d+)/],
    ]) {
      assert.ok(Number(pattern.exec(text)[1]) > limit + 10, String(pattern));
    }
  });

  test("the journal stands where a restart finds it", () => {
    const [, name] = /^StateDirectory=(\w+)$/m.exec(systemd);
    assert.ok(environment.get("DATABASE_URL").startsWith(`sqlite:/var/lib/${name}/`));
    const [, folder] = /^VOLUME (.+)$/m.exec(container);
    assert.ok(container.includes(`WORKDIR ${folder}\n`));
  });

  test("braces are closed", () => {
    for (const text of [nginx, caddy]) {
      assert.equal(text.split("{").length, text.split("}").length, text);
    }
  });
});

describe("what to watch", () => {
  test("the metrics are those that the backend has", () => {
    const source = read("backend/src/metrics.rs");
    const named = [...source.matchAll(/register(_with_unit)?\(\s*"(\w+)"/g)].map(
      ([, unit, name]) => (unit ? `landerpay_${name}_seconds` : `landerpay_${name}`),
    );
    const page = read("docs/backend-deploy.md");
    const shown = [...page.matchAll(/`(landerpay_\w+)`/g)].map(([, name]) =>
      name.replace(/_total$/, ""),
    );
    assert.deepEqual([...new Set(shown)].sort(), named.sort());
  });

  test("the outcomes of imports are those that are counted", () => {
    const verdicts = /Verdict::\w+ => "(\w+)"/g;
    const counted = [...read("backend/src/metrics.rs").matchAll(verdicts)].map(([, word]) => word);
    const codes = [...read("backend/src/failure.rs").matchAll(/Self::\w+(?:\(_\))? => "(\w+)"/g)];
    const known = new Set([...counted, ...codes.map(([, code]) => code)]);
    const row = /^\| `landerpay_import_duration_seconds` by `outcome` \|(.+)$/m;
    const [, text] = row.exec(read("docs/backend-deploy.md"));
    const shown = [...text.matchAll(/`(\w+)`/g)].map(([, word]) => word);
    assert.equal(counted.length, 3);
    for (const word of counted) assert.ok(shown.includes(word), word);
    for (const word of shown) assert.ok(known.has(word), word);
    // Counted by itself: whoever is told so has mostly been told by an earlier import.
    assert.ok(!shown.includes("order_outcome_unknown"));
  });
});
