import { fileURLToPath } from 'node:url'

/** Why a test of a package that only tests need is skipped; false where it is installed, and in CI, which has to have it. */
export function lacks(name: string): string | false {
  try {
    fileURLToPath(import.meta.resolve(name))
    return false
  } catch {
    return process.env.CI === 'true' ? false : `${name} is not installed: npm ci`
  }
}
