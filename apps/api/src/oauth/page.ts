import { hash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 34rem }
h1 { font-size: 1.4rem; line-height: 1.3 }
label { display: block; font-weight: 600; margin-top: 1.5rem }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem; margin: .3rem 0 }
button { font: inherit; padding: .5rem 1.5rem; margin: 1rem .8rem 0 0; cursor: pointer }
.fault { border-left: .3rem solid #c62828; padding: .3rem .8rem }
.hint { margin: 0; opacity: .8 }
dt { font-weight: 600; margin-top: .6rem } dd { margin: 0 }
`;
const STYLE_HASH = hash('sha256', STYLE, 'base64');

/** A page of HTML without scripts, and nothing from elsewhere. */
export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @param body HTML, in which every text from outside is escaped
 * @param mayLeadTo origins to which its form may lead by a redirect: browsers hold redirects to the policy too
 */
export function page(title: string, body: string, mayLeadTo: readonly string[] = []): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`;
  const policy = [
    `default-src 'none'`,
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action ${["'self'", ...mayLeadTo].join(' ')}`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ];
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as it may stand in HTML, between tags and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
