import { X509Certificate } from 'node:crypto'

const block = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g

/** Why a text is no bundle of PEM certificates, or undefined where it is one. */
export function whyNoBundle(text: string): string | undefined {
  const blocks = text.match(block) ?? []
  if (blocks.length === 0) return 'it holds no certificate in PEM form'
  for (const [index, certificate] of blocks.entries())
    try {
      new X509Certificate(certificate)
    } catch {
      return `its certificate ${index + 1} of ${blocks.length} cannot be read`
    }
  return undefined
}

/** Bundles one after the other, in their order, each beginning on a line of its own. */
export const joinBundles = (texts: readonly string[]): string =>
  texts.map(text => `${text.trimEnd()}\n`).join('')
