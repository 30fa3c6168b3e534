/**
 * Text that names URLs, fit to be shown: what stands before the last `@` of one, and its query, may be a credential.
 * Text after a scheme counts up to white space or a quote, slashes included, for git prints URLs as they were configured,
 * and a password may hold what it should not. Without their scheme, `USER:PASSWORD@` is taken away all the same.
 */
export const redactUrls = (text: string): string =>
  text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"]*@/gi, '$1***@')
    .replace(/(^|[\s'"])[^\s/'":@]+:[^\s/'"@][^\s'"]*@/g, '$1***@')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s'"?#]*)[?#][^\s'"]*/gi, '$1?***')
