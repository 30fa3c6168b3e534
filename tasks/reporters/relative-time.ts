/**
 * When something was, seen from now: `12 s ago`, `3 min ago`, `5 h ago`, `2 days ago`; beyond a month, and where a clock
 * has gone back, the date by the user's clock.
 */
export function agoText(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1000)
  if (seconds < -60) return dateText(at)
  if (seconds < 1) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ago`
  const days = Math.floor(hours / 24)
  if (days <= 30) return days === 1 ? '1 day ago' : `${days} days ago`
  return dateText(at)
}

function dateText(at: number): string {
  const date = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
