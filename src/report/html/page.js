// Finds, chooses and hides. All text is in the markup: this only clones it, and sets text, never markup.
(() => {
  'use strict';

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const make = (name, words, parent) => {
    const element = document.createElement(name);
    if (words !== undefined) element.textContent = words;
    if (parent) parent.append(element);
    return element;
  };

  // Theme: as the system has it until somebody says otherwise.
  const theme = byId('theme');
  const stored = { get: () => { try { return localStorage.getItem('ptd-lint-theme') || ''; } catch { return ''; } },
                   set: (value) => { try { localStorage.setItem('ptd-lint-theme', value); } catch { /* not kept then */ } } };
  const dress = (value) => {
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
    theme.value = value;
  };
  dress(['light', 'dark'].includes(stored.get()) ? stored.get() : '');
  theme.addEventListener('change', () => { dress(theme.value); stored.set(theme.value); });

  // Filters.
  const form = document.querySelector('form.filters');
  const articles = all('article.finding');
  const plural = (count) => `${count} finding${count === 1 ? '' : 's'}`;
  const filter = () => {
    const said = new FormData(form);
    const severities = said.getAll('severity');
    const [promise, rule, stack, accepted] =
      ['promise', 'rule', 'stack', 'accepted'].map((name) => said.get(name) || '');
    const words = (said.get('text') || '').toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const article of articles) {
      const own = article.dataset;
      const isAccepted = article.classList.contains('accepted');
      const text = article.textContent.toLowerCase();
      article.hidden = !(severities.includes(own.severity)
        && (!promise || own.promise === promise)
        && (!rule || own.rule === rule)
        && (!stack || own.stack.split(' ').includes(stack))
        && (accepted !== 'no' || !isAccepted)
        && (accepted !== 'only' || isAccepted)
        && words.every((word) => text.includes(word)));
      if (!article.hidden) shown += 1;
    }
    form.querySelector('output').textContent =
      shown === articles.length ? plural(shown) : `${shown} of ${plural(articles.length)}`;
  };
  if (form) {
    form.addEventListener('input', filter);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('reset', () => setTimeout(filter));
    // A browser may keep what was said when a page is loaded again.
    filter();
  }
  for (const button of all('button.only')) {
    button.addEventListener('click', () => {
      form.reset();
      form.elements.promise.value = button.dataset.promise;
      filter();
      byId('findings').scrollIntoView();
      form.elements.promise.focus({ preventScroll: true });
    });
  }
  // A link to a finding that is filtered out shows it.
  const reveal = () => {
    const article = /^#f\d+$/.test(location.hash) && byId(location.hash.slice(1));
    if (!article) return;
    if (article.hidden) { form.reset(); filter(); }
    article.scrollIntoView();
    article.focus({ preventScroll: true });
  };
  addEventListener('hashchange', reveal);
  reveal();

  // Flow.
  const graphs = JSON.parse(byId('data').textContent);
  const flows = new Map();

  class Flow {
    constructor(section, number) {
      this.section = section;
      this.number = number;
      this.graph = graphs[number];
      this.svg = section.querySelector('.canvas svg');
      this.details = section.querySelector('.details');
      this.hint = this.details.firstElementChild;
      this.parts = all('[role="button"]', this.svg);
      this.order = this.parts.filter((part) => part.classList.contains('node'))
        .map((part) => [part, part.getBBox()])
        .sort((one, two) => one[1].x - two[1].x || one[1].y - two[1].y).map(([part]) => part);
      // At the box around it: an SVG that listens for focus takes focus itself.
      const canvas = section.querySelector('.canvas');
      canvas.addEventListener('click', (event) => {
        const part = event.target.closest('[role="button"]');
        if (part) this.choose(part.id); else this.choose(null);
      });
      canvas.addEventListener('keydown', (event) => this.key(event));
      canvas.addEventListener('focusin', (event) => {
        const part = event.target.closest('[role="button"]');
        if (part) for (const own of this.parts) own.tabIndex = own === part ? 0 : -1;
      });
      if (this.order[0]) this.order[0].tabIndex = 0;
      for (const button of all('.zoom button', section)) {
        button.addEventListener('click', () => this.zoom(button.dataset.zoom));
      }
    }

    id(kind, index) { return `p${this.number}-${kind}${index}`; }

    index(id) { return [id.split('-')[1][0], Number(id.split('-')[1].slice(1))]; }

    ends(id) {
      const [kind, index] = this.index(id);
      const edges = this.graph.edges;
      const numbers = [...edges.keys()];
      return kind === 'e'
        ? { before: [this.id('n', edges[index][0])], after: [this.id('n', edges[index][1])] }
        : { before: numbers.filter((own) => edges[own][1] === index).map((own) => this.id('e', own)),
            after: numbers.filter((own) => edges[own][0] === index).map((own) => this.id('e', own)) };
    }

    // Right and left go along the ways; up and down among what stands beside.
    key(event) {
      const part = event.target.closest('[role="button"]');
      if (!part) return;
      const { before, after } = this.ends(part.id);
      const beside = () => {
        const [kind, index] = this.index(part.id);
        if (kind === 'n') return this.order.map((own) => own.id);
        const from = this.graph.edges[index][0];
        return this.ends(this.id('n', from)).after;
      };
      let next = null;
      switch (event.key) {
        case 'ArrowRight': next = after[0]; break;
        case 'ArrowLeft': next = before[0]; break;
        case 'ArrowDown': { const own = beside(); next = own[own.indexOf(part.id) + 1]; break; }
        case 'ArrowUp': { const own = beside(); next = own[own.indexOf(part.id) - 1]; break; }
        case 'Home': next = this.order[0].id; break;
        case 'End': next = this.order[this.order.length - 1].id; break;
        case 'Enter': case ' ': this.choose(part.id); break;
        case 'Escape': this.choose(null); break;
        default: return;
      }
      event.preventDefault();
      if (next) byId(next).focus();
    }

    // The edges that lead to some nodes, and those that go on from them, for the signals that are meant.
    reach(nodes, signals, ahead) {
      const edges = this.graph.edges;
      const found = new Set();
      const todo = [...nodes];
      const seen = new Set(todo);
      while (todo.length) {
        const at = todo.shift();
        edges.forEach(([from, to, signal, state], number) => {
          const [near, far] = ahead ? [from, to] : [to, from];
          if (near !== at || !signals.includes(signal) || state === 'idle' || found.has(number)) return;
          found.add(number);
          if (!seen.has(far)) { seen.add(far); todo.push(far); }
        });
      }
      return found;
    }

    // What hangs together with a part: where its data comes from, and for what does not leave, where it goes.
    way(id) {
      const [kind, index] = this.index(id);
      const edges = this.graph.edges;
      if (kind === 'n') {
        const signals = [...new Set(edges.filter((own) => own[0] === index || own[1] === index).map((own) => own[2]))];
        return new Set([...this.reach([index], signals, false), ...this.reach([index], signals, true)]);
      }
      const [from, to, signal] = edges[index];
      return new Set([...this.reach([from], [signal], false), index, ...this.reach([to], [signal], true)]);
    }

    // One whole way through an edge, the shortest from where data begins: numbers of edges.
    steps(index) {
      const edges = this.graph.edges;
      const signal = edges[index][2];
      const steps = [index];
      const seen = new Set(steps);
      // Walks back breadth first, to the nearest node that gets nothing.
      const before = new Map();
      const todo = [edges[index][0]];
      let start = null;
      while (todo.length && start === null) {
        const at = todo.shift();
        const arriving = [...edges.keys()].filter((own) => edges[own][1] === at && edges[own][2] === signal
          && edges[own][3] !== 'idle' && !seen.has(own));
        if (!arriving.length) { start = at; break; }
        for (const own of arriving) {
          seen.add(own);
          if (!before.has(edges[own][0])) { before.set(edges[own][0], own); todo.push(edges[own][0]); }
        }
      }
      const head = [];
      for (let at = start; at !== null && at !== edges[index][0];) {
        const own = before.get(at);
        head.push(own);
        at = edges[own][1];
      }
      return [...head, ...steps];
    }

    choose(id) {
      for (const part of this.parts) {
        part.classList.remove('chosen', 'on-way');
        part.setAttribute('aria-pressed', 'false');
      }
      this.svg.classList.toggle('choosing', id !== null);
      if (id === null) { this.details.replaceChildren(this.hint); return; }
      const part = byId(id);
      part.classList.add('chosen');
      part.setAttribute('aria-pressed', 'true');
      const [kind, index] = this.index(id);
      const way = this.way(id);
      const nodes = new Set(kind === 'n' ? [index] : []);
      for (const number of way) {
        byId(this.id('e', number)).classList.add('on-way');
        nodes.add(this.graph.edges[number][0]).add(this.graph.edges[number][1]);
      }
      for (const number of nodes) byId(this.id('n', number)).classList.add('on-way');
      this.tell(id, kind, index, way);
    }

    tell(id, kind, index, way) {
      const about = byId(`about-${id}`).content.cloneNode(true);
      const place = about.querySelector('.way');
      const lines = about.querySelector('.lines');
      const edges = this.graph.edges;
      const name = (node) => this.graph.nodes[node][0];
      const link = (words, target, parent) => {
        const button = make('button', words, parent);
        button.type = 'button';
        button.className = 'link';
        button.addEventListener('click', () => { this.choose(target); byId(target).focus(); });
      };
      if (kind === 'e') {
        const steps = this.steps(index);
        make('h4', 'Way', place);
        const list = make('ol', undefined, place);
        link(name(edges[steps[0]][0]), this.id('n', edges[steps[0]][0]), make('li', undefined, list));
        for (const step of steps) link(name(edges[step][1]), this.id('n', edges[step][1]), make('li', undefined, list));
        const starts = new Set([...way].map((own) => edges[own][0]));
        for (const own of way) starts.delete(edges[own][1]);
        starts.delete(edges[steps[0]][0]);
        const ahead = this.reach([edges[index][1]], [edges[index][2]], true);
        for (const own of ahead) starts.delete(edges[own][0]);
        if (starts.size) {
          const by = make('p', 'The same way is taken from ', place);
          by.className = 'by';
          [...starts].sort((one, two) => one - two).forEach((own, position) => {
            if (position) by.append(', ');
            link(name(own), this.id('n', own), by);
          });
        }
        // The lines of the steps before.
        for (const step of lines ? steps.slice(0, -1).reverse() : []) {
          const other = byId(`about-${this.id('e', step)}`).content.querySelector('.lines');
          for (const frame of other ? all('.frame', other) : []) lines.append(frame.cloneNode(true));
        }
      } else {
        const { before, after } = this.ends(id);
        for (const [words, ways, end] of [['Gets', before, 0], ['Hands on', after, 1]]) {
          if (!ways.length) continue;
          make('h4', words, place);
          const list = make('ul', undefined, place);
          for (const own of ways) {
            const edge = edges[this.index(own)[1]];
            link(`${edge[2]} ${end ? 'to' : 'from'} ${name(edge[end])}`, own, make('li', undefined, list));
          }
        }
      }
      const box = make('div');
      box.className = 'chosen-parts';
      const left = make('div', undefined, box);
      left.className = 'side';
      const right = make('div', undefined, box);
      right.className = 'side';
      if (lines) right.append(lines);
      left.append(...about.childNodes);
      const close = make('button', 'Close');
      close.type = 'button';
      close.className = 'close';
      close.addEventListener('click', () => { this.choose(null); byId(id).focus(); });
      this.details.replaceChildren(close, box);
    }

    zoom(how) {
      const now = this.svg.getBoundingClientRect().width;
      if (how === 'fit') { this.svg.style.width = ''; this.svg.style.minWidth = '0'; return; }
      this.svg.style.minWidth = '0';
      this.svg.style.width = `${Math.round(now * (how === 'in' ? 1.25 : 0.8))}px`;
    }
  }

  for (const section of all('section.flow')) {
    const number = Number(section.dataset.picture);
    flows.set(number, new Flow(section, number));
  }

  const show = (id) => {
    const flow = flows.get(Number(/^p(\d+)-/.exec(id)[1]));
    flow.choose(id);
    flow.section.scrollIntoView();
    byId(id).focus({ preventScroll: true });
  };
  for (const button of all('button.show')) button.addEventListener('click', () => show(button.dataset.chosen));
  for (const button of all('button.draw')) {
    const finding = Number(button.dataset.finding);
    button.addEventListener('click', () => {
      // The way that leaks before those that lead to it, ways before parts.
      const rank = ['leaks', 'undecided', 'faulty', 'accepted'];
      const found = [];
      for (const [number, flow] of flows) {
        flow.graph.edges.forEach((edge, index) => {
          const place = rank.indexOf(edge[3]);
          if (edge[4].includes(finding)) found.push([place < 0 ? 6 : place, flow.id('e', index)]);
        });
        flow.graph.nodes.forEach((node, index) => {
          if (node[1].includes(finding)) found.push([5, flow.id('n', index)]);
        });
      }
      found.sort((one, two) => one[0] - two[0]);
      if (found.length) show(found[0][1]);
    });
  }

  // On paper everything is open.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('details:not([open])').filter((own) => !own.classList.contains('why'));
    for (const own of opened) own.open = true;
  });
  addEventListener('afterprint', () => { for (const own of opened) own.open = false; });
})();
