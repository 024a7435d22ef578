import { systemClock } from '@longshore/kit';
import { DockerRuntime, type PullProgress } from '@longshore/runtime';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { rejection } from './contract.js';
import { type Asked, json, lines, ScriptedEngine } from './scripted-engine.js';
import { aContainerSpec } from './spec.js';

describe('the Docker driver, whatever the engine answers', () => {
  let engine: ScriptedEngine;
  let driver: DockerRuntime;
  beforeEach(async () => {
    engine = await new ScriptedEngine().start();
    driver = new DockerRuntime({ host: { url: engine.url } });
  });
  afterEach(async () => {
    await driver.close();
    await engine.stop();
  });

  for (const [theirs, spoken] of [
    ['1.41', '1.41'],
    ['1.24', '1.24'],
    ['1.99', '1.47'],
    ['1.99 and whose oldest is 1.60', '1.60'],
  ] as const)
    it(`speaks ${spoken} to an engine whose newest API is ${theirs}`, async () => {
      [engine.apiVersion = '', engine.oldestVersion] = theirs.match(/[\d.]+/g) ?? [];
      await driver.inspectImage('busybox');
      await driver.inspectImage('busybox');
      expect(engine.asked.map((a) => a.version)).to.deep.equal([spoken, spoken]);
    });

  it('keeps the environment out of the address of a create', async () => {
    engine.script = (_, response) => json(response, 201, { Id: 'abc' }) ?? true;
    const environment = [{ name: 'PASSWORD', value: 'hunter2' }];
    expect(await driver.createContainer(aContainerSpec({ name: 'web-1', environment }))).to.deep.equal({
      id: 'abc',
    });
    const [asked] = engine.asked as [Asked];
    expect(asked.query.toString()).to.equal('name=web-1');
    expect(JSON.parse(asked.body)).to.deep.include({ Env: ['PASSWORD=hunter2'], Image: 'busybox:1.36' });
  });

  it('takes a container of that name for its own only where it carries our labels', async () => {
    let labels = {};
    engine.script = ({ method }, response) => {
      if (method === 'POST')
        return (
          json(response, 409, { message: 'Conflict. The name is already in use by container abc' }) ?? true
        );
      return json(response, 200, { Id: 'theirs', State: {}, Config: { Labels: labels } }) ?? true;
    };
    const spec = aContainerSpec({ labels: { owner: 'me' } });
    expect((await rejection(driver.createContainer(spec))).message).to.contain('already in use');
    labels = { owner: 'me', other: 'x' };
    expect(await driver.createContainer(spec)).to.deep.equal({ id: 'theirs' });
  });

  it('waits for a container whose name is taken before it is there', async () => {
    let looks = 0;
    engine.script = ({ method }, response) => {
      if (method === 'POST')
        return (
          json(response, 409, { message: 'Conflict. The name is already in use by container abc' }) ?? true
        );
      looks += 1;
      if (looks < 3) return undefined;
      return json(response, 200, { Id: 'abc', State: {}, Config: { Labels: {} } }) ?? true;
    };
    expect(await driver.createContainer(aContainerSpec())).to.deep.equal({ id: 'abc' });
    expect(looks).to.equal(3);
  });

  it('ends a call at its deadline where the engine does not answer', async () => {
    engine.script = () => true;
    const error = await rejection(driver.inspectContainer('x', { timeoutMs: 60 }));
    expect(error).to.include({ code: 'DockerTimeoutError', retryable: true });
    expect(error.message).to.equal('docker: no answer to inspectContainer for 0.06 s');
  });

  it('ends a call as soon as the connection breaks in the middle of the answer', async () => {
    engine.script = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
      response.write('{"Id":');
      setImmediate(() => engine.cut());
      return true;
    };
    const error = await rejection(driver.inspectContainer('x'));
    expect(error).to.include({ code: 'EngineUnavailable', retryable: true });
  });

  it('ends a call when its signal aborts, with a code that says nothing of the container', async () => {
    engine.script = () => true;
    const ending = new AbortController();
    const call = rejection(driver.startContainer('x', { signal: ending.signal }));
    await eventually(() => expect(engine.asked).to.have.length(1));
    ending.abort(new Error('stopping'));
    expect(await call).to.include({ code: 'RuntimeError', retryable: true });
  });

  it('knows nothing of a container when there is no engine', async () => {
    await engine.stop();
    const error = await rejection(driver.inspectContainer('x'));
    expect(error).to.include({ code: 'EngineUnavailable', retryable: true });
  });

  const refusals = [
    {
      status: 500,
      message: 'driver failed: Bind for 0.0.0.0:80 failed: port is already allocated',
      portClash: true,
      retryable: false,
    },
    {
      status: 500,
      message: 'listen tcp4 0.0.0.0:80: bind: address already in use',
      portClash: true,
      retryable: false,
    },
    {
      status: 400,
      message: 'OCI runtime create failed: exec: "x": not found',
      portClash: false,
      retryable: false,
    },
    { status: 500, message: 'ttrpc: closed: unknown', portClash: false, retryable: true },
    { status: 503, message: 'busy', portClash: false, retryable: true },
  ];
  for (const { status, message, ...expected } of refusals)
    it(`passes on "${message}" of a start${expected.portClash ? ' as a port clash' : ''}`, async () => {
      engine.script = (_, response) => json(response, status, { message }) ?? true;
      const error = await rejection(driver.startContainer('x'));
      expect(error).to.include({ code: 'CannotStartContainerError', ...expected });
      expect(error.message).to.equal(`Error response from daemon: ${message}`);
    });

  it('does not take an inspect that fails for a container that is gone', async () => {
    engine.script = (_, response) => json(response, 500, { message: 'layer does not exist' }) ?? true;
    const error = await rejection(driver.inspectContainer('x'));
    expect(error).to.include({ code: 'CannotInspectContainerError', retryable: true });
  });

  it('has no more heavy requests at a time than it may, and looks go past them', async () => {
    let running = 0;
    let most = 0;
    engine.script = async ({ method }, response) => {
      if (method === 'GET') return json(response, 404, { message: 'no such container' }) ?? true;
      running += 1;
      most = Math.max(most, running);
      await systemClock.sleep(20);
      running -= 1;
      response.writeHead(204).end();
      return true;
    };
    const bounded = new DockerRuntime({ host: { url: engine.url }, heavyRequests: 3 });
    const starts = Array.from({ length: 10 }, (_, i) => bounded.startContainer(`c${i}`));
    expect(await bounded.inspectContainer('x')).to.equal(undefined);
    expect(running).to.be.greaterThan(0);
    await Promise.all(starts);
    expect(most).to.equal(3);
    await bounded.close();
  });

  describe('pulling', () => {
    const layers = [
      { status: 'Pulling from library/busybox', id: '1.36' },
      { status: 'Pulling fs layer', progressDetail: {}, id: 'a' },
      { status: 'Already exists', progressDetail: {}, id: 'b' },
      { status: 'Downloading', progressDetail: { current: 40, total: 100 }, id: 'a' },
      { status: 'Download complete', progressDetail: {}, id: 'a' },
      { status: 'Extracting', progressDetail: { current: 10, total: 100 }, id: 'a' },
      { status: 'Pull complete', progressDetail: {}, id: 'a' },
      { status: 'Digest: sha256:abc' },
    ];

    it('says how far it is, and sends its credentials in a header', async () => {
      engine.script = (_, response) => {
        lines(response, ...layers);
        response.end();
        return true;
      };
      const seen: PullProgress[] = [];
      await driver.pullImage('registry:5000/team/web', {
        auth: { username: 'u', password: 'p', serverAddress: 'registry:5000' },
        platform: 'linux/arm64',
        onProgress: (progress) => seen.push(progress),
      });
      expect(seen.at(2)).to.deep.equal({ layers: 2, layersDone: 1, bytes: 40, bytesTotal: 100 });
      expect(seen.at(-1)).to.deep.equal({ layers: 2, layersDone: 2, bytes: 100, bytesTotal: 100 });
      const [asked] = engine.asked as [Asked];
      expect(Object.fromEntries(asked.query)).to.deep.equal({
        fromImage: 'registry:5000/team/web',
        tag: 'latest',
        platform: 'linux/arm64',
      });
      const auth = Buffer.from(String(asked.headers['x-registry-auth']), 'base64url').toString();
      expect(JSON.parse(auth)).to.deep.equal({
        username: 'u',
        password: 'p',
        serveraddress: 'registry:5000',
      });
    });

    it('fails where the error comes inside the stream, after HTTP 200', async () => {
      engine.script = (_, response) => {
        lines(response, layers[0], { errorDetail: { message: 'no' }, error: 'unauthorized: no' });
        response.end();
        return true;
      };
      const error = await rejection(driver.pullImage('busybox', {}));
      expect(error.code).to.equal('CannotPullContainerError');
      expect(error.message).to.equal('Error response from daemon: unauthorized: no');
    });

    for (const c of [
      { says: 'context canceled', retryable: true },
      { says: 'received unexpected HTTP status: 503 Service Unavailable', retryable: true },
      { says: 'net/http: TLS handshake timeout', retryable: true },
      { says: 'toomanyrequests: too many requests', retryable: true },
      { says: 'manifest for busybox:none not found: manifest unknown', retryable: false },
      { says: 'no matching manifest for linux/amd64 in the manifest list entries', retryable: false },
      { says: 'unauthorized: authentication required', retryable: false },
    ])
      it(`is ${c.retryable ? '' : 'not '}worth another try after "${c.says}"`, async () => {
        engine.script = (_, response) => {
          lines(response, layers[0], { error: c.says });
          response.end();
          return true;
        };
        expect((await rejection(driver.pullImage('busybox', {}))).retryable).to.equal(c.retryable);
        engine.script = (_, response) => {
          response.writeHead(500, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ message: c.says }));
          return true;
        };
        expect((await rejection(driver.pullImage('busybox', {}))).retryable).to.equal(c.retryable);
      });

    it('is given up when the registry falls silent, not while it sends', async () => {
      engine.script = async (_, response) => {
        lines(response, layers[1]);
        for (let i = 0; i < 4; i++) {
          await systemClock.sleep(40);
          response.write(`${JSON.stringify(layers[3])}\n`);
        }
        return true;
      };
      const began = systemClock.monotonicMs();
      const error = await rejection(driver.pullImage('busybox', { inactivityMs: 100 }));
      expect(error).to.include({ code: 'CannotPullContainerError', retryable: true });
      expect(error.message).to.equal('the registry sent nothing for 0.1 s');
      expect(systemClock.monotonicMs() - began).to.be.greaterThan(200);
    });

    it('fails where the stream breaks', async () => {
      engine.script = (_, response) => {
        lines(response, layers[1]);
        setImmediate(() => engine.cut());
        return true;
      };
      expect((await rejection(driver.pullImage('busybox', {}))).code).to.be.oneOf([
        'CannotPullContainerError',
        'EngineUnavailable',
      ]);
    });
  });

  describe('watching', () => {
    it('comes back by itself, and says each time that it was away', async () => {
      const heard: string[] = [];
      engine.script = ({ path }, response) => {
        if (path !== '/events') return undefined;
        lines(response, { Action: 'start', Actor: { ID: 'c1' } });
        return true;
      };
      driver.watch(
        { owner: 'me' },
        {
          changed: (id, action) => heard.push(`${id} ${action}`),
          connected: () => heard.push('connected'),
          disconnected: () => heard.push('disconnected'),
        },
        new AbortController().signal,
      );
      await eventually(() => expect(heard).to.deep.equal(['connected', 'c1 start']));
      engine.cut();
      await eventually(() => expect(heard.slice(2)).to.deep.equal(['disconnected', 'connected', 'c1 start']));
      const filters = JSON.parse(engine.asked.at(-1)?.query.get('filters') ?? '{}');
      expect(filters).to.deep.include({ type: ['container'], label: ['owner=me'] });
      expect(filters.event).to.include('die').and.not.to.include('exec_start');
    });

    it('is told once of an engine that stays away', async () => {
      const heard: string[] = [];
      const { url } = engine;
      await engine.stop();
      const away = new DockerRuntime({ host: { url } });
      away.watch(
        {},
        {
          changed: () => heard.push('changed'),
          connected: () => heard.push('connected'),
          disconnected: (error) => heard.push((error as Error & { code: string }).code),
        },
        new AbortController().signal,
      );
      await eventually(() => expect(heard).to.have.length(1));
      await systemClock.sleep(400);
      await away.close();
      expect(heard).to.deep.equal(['EngineUnavailable']);
    });
  });

  describe('stopping', () => {
    const running = {
      Id: 'c1',
      State: { Running: true, StartedAt: 't1', Pid: 7 },
      Config: { StopSignal: 'SIGQUIT' },
    };

    it("sends the image's own signal, and no request is held while it waits", async () => {
      let ended = false;
      engine.script = ({ method, path }, response) => {
        if (method === 'POST' && path === '/containers/c1/kill') return response.writeHead(204).end();
        return json(response, 200, { ...running, State: { ...running.State, Running: !ended } }) ?? true;
      };
      const stop = driver.stopContainer('c1', { stopTimeoutMs: 24 * 3_600_000 });
      await eventually(() => expect(engine.asked.filter((a) => a.method === 'POST')).to.have.length(1));
      ended = true;
      await stop;
      const kills = engine.asked.filter((a) => a.method === 'POST').map((a) => a.query.get('signal'));
      expect(kills).to.deep.equal(['SIGQUIT']);
    });

    it('is over when somebody has started the container anew', async () => {
      let startedAt = 't1';
      engine.script = ({ method }, response) => {
        if (method === 'POST') {
          startedAt = 't2';
          return response.writeHead(204).end();
        }
        return json(response, 200, { ...running, State: { Running: true, StartedAt: startedAt } }) ?? true;
      };
      await driver.stopContainer('c1', { stopTimeoutMs: 60_000 });
      expect(engine.asked.filter((a) => a.method === 'POST')).to.have.length(1);
    });

    it('is not over when the look fails', async () => {
      engine.script = ({ method }, response) => {
        if (method === 'POST') return response.writeHead(204).end();
        const looks = engine.asked.filter((a) => a.method === 'GET').length;
        if (looks > 1) return json(response, 500, { message: 'no' }) ?? true;
        return json(response, 200, running) ?? true;
      };
      const error = await rejection(driver.stopContainer('c1', { stopTimeoutMs: 1000 }));
      expect(error).to.include({ code: 'CannotStopContainerError', retryable: true });
    });
  });
});
