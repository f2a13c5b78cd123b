/** How exports name what wrote them. */
export const PRODUCT = { vendor: 'Provost', name: 'Provost', version: '0.1.0' } as const;
