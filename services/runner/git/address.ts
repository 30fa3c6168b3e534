/** A repository's address as git is given it, and the only transports that git may use for it. */
export type Address = { allowed: true; url: string; transports: string } | { allowed: false; message: string }

/** The API has checked addresses already; this is what git is handed, so nothing else gets past here either. */
export function parseAddress(url: string): Address {
  if (url.startsWith('/')) return { allowed: true, url, transports: 'file' }
  if (/^(?:https|ssh|git):\/\/[^\s/-]/.test(url) || scpForm.test(url))
    return { allowed: true, url, transports: 'https:ssh:git' }
  return {
    allowed: false,
    message: 'its address is neither https, ssh nor git, nor an absolute path',
  }
}

/** `user@host:path`, which git takes for ssh. `transport::address` and a leading hyphen do not fit. */
const scpForm = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*@[A-Za-z0-9_.][A-Za-z0-9_.-]*:(?!:)[^\s-]/
