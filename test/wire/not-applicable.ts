/** The vectors that no request to Provost can show, each with why; everything else is sent. */
export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'OK-C4': 'A warning: it shows a broken server. That a 201 carries the user is asserted for every create.',
  'OK-A3':
    'A warning: numbers where the RFC says string. That numbers are taken and strings given has a test of its own here.',
  'OK-E4':
    '/Licenses is the sample’s own name of its entitlement endpoint; ours is /Entitlements, asserted in OK-E5 and OK-E6.',
  'OK-R1': 'Needs a credential that is throttled; the answer of a throttle is tested where limits are.',
  'OK-R2': 'A warning: the plain text of a proxy in front of a dead server, not an answer of ours.',
  R59: 'Optional in the RFC, and Okta and Entra both put userName into the URL: refusing it would refuse them.',
  V1: 'RFC 9967 is not offered: nothing sends security event tokens.',
  V2: 'RFC 9967 is not offered; a synchronous reply is also allowed, and that is what Prefer gets.',
  V3: 'RFC 9967 is not offered: nothing sends security event tokens.',
  V4: 'RFC 9967 is not offered, so the configuration has no securityEvents.',
  OC1: 'A document of the audit export, not an exchange; the OCSF mapping is tested beside the export.',
  OC2: 'A document of the audit export, not an exchange; the OCSF mapping is tested beside the export.',
  OC3: 'A document of the audit export, not an exchange; the OCSF mapping is tested beside the export.',
};
