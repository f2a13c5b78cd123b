import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';

/** Made for these tests: of nobody else's trust, for localhost, until 2126-11-04. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgngxzIqJwhVTkon6+
1FeElNQ2fAxcqhI805gtPbGNra+hRANCAAQiWdL5i87ZsTL0rluBQ8641fKCn5jE
zG33KcbTWgeMDjw7MbDOm9a/9y6YvAHOvsRD1TQrV2LlYa1RKP5lN1rS
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUFEaW0R3bqEyY3yfH/C7qZLNCsBcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODIwMTAwOFoYDzIxMjYxMTA0
MjAxMDA4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQiWdL5i87ZsTL0rluBQ8641fKCn5jEzG33KcbTWgeMDjw7MbDOm9a/
9y6YvAHOvsRD1TQrV2LlYa1RKP5lN1rSo2kwZzAdBgNVHQ4EFgQUEHQStO13LL4R
QZq3LjAA/I2RQWwwHwYDVR0jBBgwFoAUEHQStO13LL4RQZq3LjAA/I2RQWwwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgHAgk3KXD/NlLS9cUr+cWzaeounRdnO/wm089J72tkusCIEYNDteCdaYW
1iHd69UpiO7DYKULIcRpxk0bkVSbfo3i
-----END CERTIFICATE-----`;
export const VALID_TO = '2126-11-04';

/** A server that does the handshake and says nothing. */
export async function serveTls(): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (socket) => {
    socket.on('error', () => undefined);
    socket.end();
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
