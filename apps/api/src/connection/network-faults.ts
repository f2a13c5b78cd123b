const EXPLAINED: readonly (readonly [pattern: RegExp, sentence: (host: string, origin: string) => string])[] = [
  [
    /^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/,
    (host) => `The name ${host} is not known to DNS. Create its record, or correct PUBLIC_URL.`,
  ],
  [
    /^ECONNREFUSED$/,
    (_, origin) => `Nothing listens at ${origin}. Start the proxy in front of this server, or correct PUBLIC_URL.`,
  ],
  [
    /^(ETIMEDOUT|ESOCKETTIMEDOUT)$/,
    (_, origin) =>
      `${origin} did not answer in time. A firewall may drop the connection, or the proxy cannot reach this server.`,
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    (host) => `There is no way from here to ${host}. See to routing and firewalls, or correct PUBLIC_URL.`,
  ],
  [
    /^(ECONNRESET|EPIPE)$/,
    (_, origin) => `${origin} closed the connection. Look into the log of the proxy in front of this server.`,
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    (host) => `The certificate of ${host} has expired. Renew it: Okta and Entra refuse to connect.`,
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    (host) => `The certificate is not for ${host}. Install one that has this name, or correct PUBLIC_URL.`,
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
    (host) =>
      `The certificate of ${host} is self-signed. Install one of a public authority: Okta and Entra trust no other.`,
  ],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?)$/,
    (host) => `The certificate chain of ${host} is incomplete. Install the intermediate certificates as well.`,
  ],
  [
    /^(EPROTO|ERR_SSL_.*)$/,
    (_, origin) =>
      `${origin} does not speak TLS as https needs it. Let the proxy end TLS there, or correct PUBLIC_URL.`,
  ],
  [/^HPE_/, (_, origin) => `What answers at ${origin} speaks no HTTP. Correct the scheme or the port of PUBLIC_URL.`],
];

/** What an administrator can mend, for a fault on the way to the public URL. */
export function networkFault(error: unknown, { hostname, origin }: URL): string {
  const { code = '', message } = codeOf(error);
  const known = EXPLAINED.find(([pattern]) => pattern.test(code));
  return known ? known[1](hostname, origin) : `The request to ${origin} failed: ${message.replace(/\.?$/, '.')}`;
}

/** Of several addresses that were tried, the first fault counts. */
function codeOf(error: unknown): { code?: string; message: string } {
  const { code, message, errors } = error as {
    code?: string;
    message: string;
    errors?: { code?: string; message: string }[];
  };
  return errors?.length ? errors[0]! : { ...(code !== undefined && { code }), message };
}
