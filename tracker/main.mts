import { createDelivery, type Item } from './delivery';
import { bare, calls, type Details } from './items';

type Api = ((...call: unknown[]) => void) & { calls?: ArrayLike<unknown>[]; ready?: boolean };
declare global {
  interface Window {
    customerDynamics?: Api;
  }
}

/** Names in the browser's storage; withdrawing consent removes both. */
const idKey = 'customer-dynamics.id';
const queueKey = 'customer-dynamics.queue';
/** 390 days: what supervisory authorities let such an id live. */
const idAgeMs = 33_696e6;

const script = document.currentScript as HTMLScriptElement;
const { key, endpoint, pages } = script.dataset;
const url = (endpoint || new URL('v1/sources/web', script.src).href) + (key ? `?key=${encodeURIComponent(key)}` : '');

/** Storage throws where the browser or the page's sandbox forbids it; the tracker then does with memory. */
function stored<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

/** A random UUID; `crypto.randomUUID` is for pages on https alone. */
const newId = (): string =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (+digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+digit / 4)))).toString(16),
  );

let abort = new AbortController();
const delivery = createDelivery({
  now: Date.now,
  random: Math.random,
  later: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  post: async (body) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      credentials: 'omit',
      keepalive: true,
      referrerPolicy: 'origin',
      signal: abort.signal,
    });
    return { status: answer.status, retryAfterSeconds: Number(answer.headers.get('retry-after')) || 0 };
  },
  // As text: the browser need not ask first whether it may, for which a page that goes has no time.
  beacon: (body) => navigator.sendBeacon(url, body),
  abort: () => {
    abort.abort();
    abort = new AbortController();
  },
  save: (items) =>
    void stored(() =>
      items.length ? sessionStorage.setItem(queueKey, JSON.stringify(items)) : sessionStorage.removeItem(queueKey),
    ),
  load: () => stored(() => Array.from<Item>(JSON.parse(sessionStorage.getItem(queueKey) || '[]'))),
  warn: (status) => console.warn(`customerDynamics: ingest answered ${status}, see docs/sources/web-tracker.md`),
});

let consent = false;
let anonymousId: string | undefined;
let customerId: string | undefined;
/** Path that the page gave itself, where its address does not say what it shows. */
let ownPath: string | undefined;
let referrer = document.referrer;
let viewed = false;

function nameAnew(): void {
  anonymousId = newId();
  stored(() => localStorage.setItem(idKey, `${anonymousId} ${Date.now()}`));
}

function recallId(): void {
  const [id, madeAt] = (stored(() => localStorage.getItem(idKey)) || '').split(' ');
  if (id && +madeAt > Date.now() - idAgeMs) anonymousId = id;
  else nameAnew();
}

const pageUrl = (): string => location.origin + bare(ownPath || location.pathname);

function tell(fields: Record<string, unknown>): void {
  if (!consent) return;
  const who = { anonymous_id: anonymousId, customer_id: customerId };
  delivery.add({ id: newId(), at: Date.now(), ...fields, url: pageUrl(), ...who });
}

function page(path?: unknown): void {
  ownPath = path ? String(path) : undefined;
  viewed ||= consent;
  tell({ type: 'web.page_viewed', referrer: bare(referrer) || undefined });
  referrer = pageUrl();
}

const orders: Record<string, (argument?: unknown) => void> = {
  consent(given) {
    if (!given) {
      consent = false;
      delivery.drop();
      anonymousId = customerId = undefined;
      stored(() => localStorage.removeItem(idKey));
      stored(() => sessionStorage.removeItem(queueKey));
    } else if (!consent) {
      consent = true;
      recallId();
      delivery.resume();
      if (pages !== 'manual' && !viewed) page(ownPath);
    }
  },
  identify(id) {
    // Who signs off leaves the browser to somebody else.
    if (id == null && customerId && consent) nameAnew();
    customerId = id == null ? undefined : String(id);
  },
  page,
};

const api: Api = (name, details) => {
  const order = orders[name as string];
  const call = calls[name as string];
  if (order) order(details);
  else if (call) tell(call((details || {}) as Details));
  else console.warn(`customerDynamics: there is no ${name}`);
};
api.ready = true;

function start(): void {
  const early = window.customerDynamics;
  if (early?.ready) return;
  window.customerDynamics = api;
  for (const call of Array.from(early?.calls || [])) api(...Array.from(call));
  const leave = (): void => {
    if (consent) delivery.leave();
  };
  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && consent) delivery.resume();
  });
  addEventListener('online', () => delivery.hurry());
}

// A page that is rendered ahead may never be looked at.
if ((document as { prerendering?: boolean }).prerendering) {
  document.addEventListener('prerenderingchange', start, { once: true });
} else {
  start();
}
