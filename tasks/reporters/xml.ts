const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** Characters that XML 1.0 cannot hold, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
const impossible = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/g

/** Text between tags. */
export function xmlText(text: string): string {
  return cleaned(text).replace(/[&<>]/g, character => entities[character] ?? '')
}

/** Attributes, each with a blank in front; a parser would turn bare line ends in them into blanks. */
export function xmlAttributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      const text = cleaned(String(value)).replace(/[&<>"\n\t]/g, character => entities[character] ?? '')
      return ` ${name}="${text}"`
    })
    .join('')
}

function cleaned(text: string): string {
  return text.toWellFormed().replace(impossible, '')
}
