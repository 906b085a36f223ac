import type { Headers } from './request';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/**
 * True for a request that a web page of another site made the user's browser send. There are no passwords here, so
 * being on the loopback address is the only lock: without this, any page could read or drop every table. Programs send
 * neither Origin nor Sec-Fetch-Site and pass; a browser pointed at another name that resolves to loopback does not.
 */
export function isForeign(headers: Headers, boundHost: string): boolean {
  if (!loopbackNames.has(boundHost)) return false;
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site') return true;
  return [headers.origin, headers.host].some(
    (value) => typeof value === 'string' && !loopbackNames.has(hostName(value)),
  );
}

/** The host's name in `http://name:port` or `name:port`. */
function hostName(value: string): string {
  const address = value.includes('://') ? value : `http://${value}`;
  return URL.canParse(address) ? new URL(address).hostname : value;
}
