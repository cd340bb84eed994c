// Signs the tokens of tokens.json anew: `node clients/cases/tokens.mjs`. The cases in it stay as they are. Keys and
// signatures are the same each time.

import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("tokens.json", import.meta.url);

// What the wall clock shows at 0, seconds since 1970: 2026-01-01T00:00:00Z.
const START = 1767225600;
const DAY = 86400;

// PKCS #8 around the 32 bytes of an Ed25519 key (RFC 8410).
const PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

const encode = (value) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A key whose secret is 32 times `byte`: for tests alone. */
function key(byte) {
  const secret = createPrivateKey({ key: Buffer.concat([PREFIX, Buffer.alloc(32, byte)]), format: "der", type: "pkcs8" });
  const { x } = createPublicKey(secret).export({ format: "jwk" });
  const kid = createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
  return { secret, jwk: { kty: "OKP", crv: "Ed25519", x, alg: "EdDSA", use: "sig", kid } };
}

const [first, second, stranger] = [key(1), key(2), key(3)];
// A key of another kind, which is passed over.
const other = {
  kty: "EC", crv: "P-256", alg: "ES256", use: "sig", kid: "p256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};

/** What the edge says of a grant that was signed `iat` seconds after the start and is good until `exp`. */
const claims = (iat, exp, changes = {}) => ({
  sub: "ana", aud: "healos", org: "org_1", ext: "hospital_456", seat: "seat_789", reason: "SEAT_ACTIVE", ver: 3,
  iat: START + iat, exp: START + exp, ...changes,
});

const signed = (by, claims, header = {}) => {
  const input = `${encode({ alg: "EdDSA", typ: "JWT", kid: by.jwk.kid, ...header })}.${encode(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), by.secret).toString("base64url")}`;
};

function hmac() {
  // An attacker's: the public key as the secret of an HMAC.
  const input = `${encode({ alg: "HS256", typ: "JWT", kid: first.jwk.kid })}.${encode(claims(-10, DAY))}`;
  return `${input}.${createHmac("sha256", Buffer.from(first.jwk.x, "base64url")).update(input).digest("base64url")}`;
}

function tampered() {
  const [header, , signature] = signed(first, claims(-10, DAY)).split(".");
  return `${header}.${encode(claims(-10, DAY, { sub: "eve" }))}.${signature}`;
}

const { exp: _, ...endless } = claims(-10, DAY);
const { iat: __, ...undated } = claims(-10, DAY);

const tokens = {
  good: signed(first, claims(-10, 50)),
  long: signed(first, claims(-10, DAY)),
  expired: signed(first, claims(-60, 0)),
  before: signed(first, claims(4, DAY)),
  same: signed(first, claims(5, DAY)),
  after: signed(first, claims(6, DAY)),
  "other application": signed(first, claims(-10, DAY, { aud: "openmic" })),
  "other organization": signed(first, claims(-10, DAY, { ext: "hospital_789" })),
  "other user": signed(first, claims(-10, DAY, { sub: "ben" })),
  second: signed(second, claims(-10, DAY)),
  stranger: signed(stranger, claims(-10, DAY)),
  forged: signed(stranger, claims(-10, DAY), { kid: first.jwk.kid }),
  tampered: tampered(),
  "no algorithm": `${encode({ alg: "none", typ: "JWT", kid: first.jwk.kid })}.${encode(claims(-10, DAY))}.`,
  "other algorithm": signed(first, claims(-10, DAY), { alg: "ES256" }),
  hmac: hmac(),
  "no kid": signed(first, claims(-10, DAY), { kid: undefined }),
  "no exp": signed(first, endless),
  "no iat": signed(first, undated),
  "no signature": signed(first, claims(-10, DAY)).split(".").slice(0, 2).join("."),
  "not a token": "good",
  empty: "",
};

const keys = {
  first: { keys: [other, first.jwk] },
  both: { keys: [second.jwk, first.jwk] },
  second: { keys: [second.jwk] },
};

const { cases } = JSON.parse(readFileSync(FILE, "utf8"));
const lines = (list) => list.map((one) => `  ${one}`).join(",\n");
const members = (object) => lines(Object.entries(object).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`));
const step = (one) => `   ${JSON.stringify(one).replaceAll('":', '": ').replaceAll(',"', ', "')}`;
const written = cases.map(({ steps, ...rest }) => {
  const head = JSON.stringify(rest).slice(0, -1).replace('"name":', '"name": ').replace(',"options":', ', "options": ');
  return `${head}, "steps": [\n${steps.map(step).join(",\n")}\n  ]}`;
});
writeFileSync(FILE, `{
 "keys": {
${members(keys)}
 },
 "tokens": {
${members(tokens)}
 },
 "cases": [
${lines(written)}
 ]
}
`);
