/** Numbers as the kernel tells them in files. Undefined where there is none. */

export function numberIn(text: string | undefined): number | undefined {
  return text === undefined || !/^\d+\n?$/.test(text) ? undefined : Number(text)
}

/** The one that stands behind a key, in lines `KEY NUMBER`. */
export function numberOf(key: string, text: string | undefined): number | undefined {
  const line = text?.split('\n').find(line => line.startsWith(`${key} `))
  return numberIn(line?.slice(key.length + 1))
}
