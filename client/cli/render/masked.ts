/** Enough of a token to recognise it by, and too little to use it. */
export const masked = (token: string): string => (token.length < 24 ? '****' : `****${token.slice(-4)}`)
