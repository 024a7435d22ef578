// Fetches the page of every task that `longshore ps` lists on stdin, over its published port, and prints a line each.
// Ends with 1 where one does not answer with the page of its task.
let text = '';
for await (const chunk of process.stdin) text += chunk;
const { tasks } = JSON.parse(text);

const addresses = tasks.flatMap((task) =>
  task.containers.flatMap((container) =>
    (container.networkBindings ?? []).map((binding) => {
      const host = binding.bindIP === '0.0.0.0' ? '127.0.0.1' : binding.bindIP;
      return { task: task.taskArn, url: `http://${host}:${binding.hostPort}/` };
    }),
  ),
);

async function page(url, task) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  const body = await answer.text();
  // The page learned its name from the task metadata endpoint.
  if (!answer.ok || !body.includes(task)) throw new Error(`HTTP ${answer.status}: ${body.slice(0, 200)}`);
  return body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

if (addresses.length === 0) {
  process.stderr.write('no task has published a port\n');
  process.exitCode = 1;
}
for (const { task, url } of addresses) {
  try {
    process.stdout.write(`${url}  ${await page(url, task)}\n`);
  } catch (error) {
    process.stderr.write(`task ${task}: ${url}: ${error.cause?.message ?? error.message}\n`);
    process.exitCode = 1;
  }
}
