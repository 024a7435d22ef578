// Exits 0 when the URL answers 200: the health check of images that carry no curl.
const url = process.argv[2];
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${url}: ${error.message}\n`);
  process.exitCode = 1;
}
