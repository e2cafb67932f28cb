// A small Slack app in the style of Bolt's documentation. It knows the local Slack
// only by SLACK_API_URL.
const { App } = require('@slack/bolt');

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

// One line for everything that arrives, with the id of its delivery.
app.use(async ({ body, next }) => {
  console.log(`handled ${body.event_id ?? body.trigger_id}`);
  await next();
});

const plain = (text) => ({ type: 'plain_text', text });

const answer = (build) => [
  { type: 'header', text: plain(`web #${build} failed`) },
  {
    type: 'rich_text',
    elements: [{
      type: 'rich_text_preformatted',
      elements: [{ type: 'text', text: '[ERROR] <OrderApiTest> & *others* 日志' }],
    }],
  },
  {
    type: 'actions',
    block_id: 'buttons',
    elements: [
      { type: 'button', action_id: 'full_log', text: plain('Full log'), value: `web/${build}` },
      { type: 'button', action_id: 'search', text: plain('Search'), value: `web/${build}` },
    ],
  },
  {
    type: 'context_actions',
    elements: [{
      type: 'feedback_buttons',
      action_id: 'rate',
      positive_button: { text: plain('Right lines'), value: 'right' },
      negative_button: { text: plain('Wrong lines'), value: 'wrong' },
    }],
  },
];

const searchModal = (channel) => ({
  type: 'modal',
  callback_id: 'search',
  private_metadata: JSON.stringify({ channel }),
  title: plain('Search the log'),
  submit: plain('Search'),
  close: plain('Cancel'),
  blocks: [{
    type: 'input',
    block_id: 'expression',
    label: plain('Expression'),
    element: { type: 'plain_text_input', action_id: 'typed' },
  }],
});

app.command('/logs', async ({ command, ack, respond, client }) => {
  switch (command.text) {
    case 'help':
      await ack({ response_type: 'ephemeral', text: 'Type `/logs fail`.' });
      return;
    case 'quiet':
      await ack();
      return;
    case 'private':
      await ack();
      await respond('only for you');
      await respond({ response_type: 'in_channel', text: 'and this for all' });
      return;
    case 'file':
      await ack('uploading');
      await client.filesUploadV2({
        channel_id: command.channel_id,
        initial_comment: 'the whole log',
        file: process.env.LOG_FILE,
        filename: 'web-128.log',
        title: 'web 128',
      });
      return;
    case 'snippet':
      await ack();
      await client.filesUploadV2({
        channel_id: command.channel_id,
        content: 'first line\nzweite Zeile 日志\n',
        filename: 'excerpt.txt',
        snippet_type: 'text',
      });
      return;
    default: {
      await ack();
      const build = command.text.replace('fail web ', '');
      const { ts } = await client.chat.postMessage({
        channel: command.channel_id,
        text: `web #${build}: reading`,
      });
      await client.chat.update({
        channel: command.channel_id,
        ts,
        text: `web #${build} failed`,
        blocks: answer(build),
      });
    }
  }
});

app.action('full_log', async ({ ack, body, action, respond }) => {
  await ack();
  await respond({ replace_original: true, text: `<@${body.user.id}> took the log of ${action.value}` });
});

app.action('search', async ({ ack, body, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: searchModal(body.channel.id) });
});

app.action('rate', async ({ ack, action, respond }) => {
  await ack();
  await respond({ replace_original: false, response_type: 'ephemeral', text: `noted: ${action.value}` });
});

app.view('search', async ({ ack, view, client, body }) => {
  const { value } = view.state.values.expression.typed;
  try {
    new RegExp(value);
  } catch {
    await ack({ response_action: 'errors', errors: { expression: 'This is no expression.' } });
    return;
  }
  await ack({
    response_action: 'update',
    view: {
      type: 'modal',
      title: plain('Search the log'),
      blocks: [{ type: 'section', text: plain(`Searching for ${value}`) }],
    },
  });
  const { channel } = JSON.parse(view.private_metadata);
  await client.chat.postMessage({ channel, text: `<@${body.user.id}> looked for \`${value}\`` });
});

app.shortcut('explain_build', async ({ ack, shortcut, client }) => {
  await ack();
  await client.chat.postMessage({
    channel: shortcut.channel.id,
    thread_ts: shortcut.message.thread_ts ?? shortcut.message.ts,
    text: `explained: ${shortcut.message.text}`,
  });
});

app.event('app_mention', async ({ event, say }) => {
  await say({ text: `you said: ${event.text}`, thread_ts: event.thread_ts ?? event.ts });
});

app.message('hello', async ({ message, say }) => {
  await say(`hello, <@${message.user}>`);
});

process.once('SIGTERM', async () => {
  await app.stop();
});

app.start();
