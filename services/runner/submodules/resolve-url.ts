/**
 * The address of a submodule, where it is told relative to that of its repository: `../lib.git` beside
 * `https://host/team/app.git` is `https://host/team/lib.git`. As `git submodule` resolves it, but that none leads above the
 * path of its host: git would go on with the host's name. Undefined where it does.
 */
export function resolveUrl(base: string, url: string): string | undefined {
  if (!/^\.\.?\//.test(url)) return url
  const [, host = '', path = ''] =
    /^([a-z]+:\/\/[^/]*\/|(?:[^/:[]*|[^/[]*\[[^/\]]*\]):\/?|\/)(.*)$/is.exec(base) ?? []
  if (host === '') return undefined
  const parts = path.replace(/\/$/, '').split('/').filter(Boolean)
  let rest = url
  for (;;) {
    const [step] = /^\.\.?\//.exec(rest) ?? []
    if (step === undefined) break
    if (step === '../' && parts.pop() === undefined) return undefined
    rest = rest.slice(step.length)
  }
  return host + [...parts, rest.replace(/\/$/, '')].join('/')
}
