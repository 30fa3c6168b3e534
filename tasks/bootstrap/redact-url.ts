/**
 * Text that names URLs, fit to be shown: what stands before the `@` of one, and its query, may be a credential. Text
 * after a scheme counts up to white space or a quote, for git prints URLs as they were configured.
 */
export const redactUrls = (text: string): string =>
  text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/'"]*@/gi, '$1***@')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s'"?#]*)[?#][^\s'"]*/gi, '$1?***')
