import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What is sent for one address. */
export interface Page {
  readonly type: string;
  readonly body: string | Buffer;
}

const ICON = 'favicon-32x32.png';
/** Files of swagger-ui-dist that the page needs; nothing else of that folder is served, and nothing from other hosts. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  [ICON]: 'image/png',
};
const START = 'start.js';
/** The names below /api/docs/. */
export const ASSETS: readonly string[] = [...Object.keys(FILES), START];

/** The page, whose scripts and styles lie below `base`, relative to where it is. */
export function docsPage(base: string): Page {
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Provost API</title>
<link rel="icon" type="image/png" href="${base}${ICON}">
<link rel="stylesheet" href="${base}swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${base}swagger-ui-bundle.js"></script>
<script src="${base}${START}"></script>
</body>
</html>
`;
  return { type: 'text/html; charset=utf-8', body };
}

// Apart from the page, so that no script stands in it; without the validator, which is a service of others.
const START_SCRIPT = `SwaggerUIBundle({
  url: new URL('openapi.json', document.currentScript.src).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

export async function docsAsset(name: string): Promise<Page> {
  if (name === START) return { type: 'text/javascript; charset=utf-8', body: START_SCRIPT };
  return { type: FILES[name]!, body: await readFile(join(swaggerUiFolder(), name)) };
}

/** Swagger UI comes with @nestjs/swagger, and is found from there wherever it was installed. */
function swaggerUiFolder(): string {
  const swagger = createRequire(require.resolve('@nestjs/swagger'));
  return dirname(swagger.resolve('swagger-ui-dist/package.json'));
}

/**
 * Scripts only from here and none inline; Swagger UI sets styles of its own and draws its icons from data URLs. It may ask this
 * server, under the address of the page and under its public one.
 */
export function contentSecurityPolicy(publicUrl: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `connect-src 'self' ${new URL(publicUrl).origin}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
