/**
 * A server that was reached and will not have us, or that we will not have: to try on without a change is in vain.
 * The message is one sentence for whoever set it up; no password is in it.
 */
export class Refused extends Error {
  constructor(what: string, reason: string) {
    super(`${what}: ${reason}`);
    this.name = 'Refused';
  }
}

/** OpenSSL's reasons for not trusting a server, as Node gives them in `code`, and those of names that do not fit. */
const distrust =
  /^(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|INVALID_CA|HOSTNAME_MISMATCH)$/;

/** The same in words: the registry's client keeps no code. */
const distrustInWords =
  /self-signed certificate|unable to (?:get|verify)[\w ]* certificate|certificate has expired|does not match certificate/;

/** What a server says of a client's certificate, or of its absence. */
const certificateAlert =
  /alert (?:bad certificate|unknown ca|certificate required|certificate unknown|certificate expired)/i;

/** What servers say of a name and a password: kafkajs by its error, ClickHouse by type, HTTP by its status. */
const isLoginFault = ({ name, type, status }: Fault): boolean =>
  name === 'KafkaJSSASLAuthenticationError' ||
  ['AUTHENTICATION_FAILED', 'REQUIRED_PASSWORD', 'WRONG_PASSWORD', 'UNKNOWN_USER'].includes(String(type)) ||
  status === 401;

interface Fault {
  name?: string;
  message?: string;
  code?: unknown;
  type?: unknown;
  status?: unknown;
  cause?: unknown;
  originalError?: unknown;
}

/** Why it is a refusal, in words; undefined for what may pass by itself (nobody there, a time-out, a missing topic). */
export function refusalOf(error: unknown): string | undefined {
  for (let fault = error as Fault | undefined, depth = 0; fault && depth < 8; depth++) {
    const said = `${fault.message ?? ''}`;
    if (distrust.test(String(fault.code)) || distrustInWords.test(said)) {
      return `the certificate of the server is not trusted (${said}): KAFKA_SSL_CA_FILE for Kafka, NODE_EXTRA_CA_CERTS for the registry and ClickHouse name whom to trust`;
    }
    if (certificateAlert.test(said)) {
      return 'the server refuses the client certificate, or asks for one: KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE';
    }
    if (isLoginFault(fault)) return `the server refuses the name or the password (${said})`;
    fault = (fault.cause ?? fault.originalError) as Fault | undefined;
  }
  return undefined;
}
