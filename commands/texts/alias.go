package texts

// alias, unalias, aliases: short names that people set.
var (
	AliasDoes             = Text{"a short name for a task, in this channel", "在本频道为任务设置别名"}
	AliasMore             = Text{"NAME is one word. Names of the configuration cannot be replaced. A short name gives nobody a right to read.", "NAME 为一个词。配置文件中的别名不能被覆盖，别名不会授予任何读取权限。"}
	AliasExample          = Text{"shop stands for web in this channel", "在本频道用 shop 代表 web"}
	AliasExampleWorkspace = Text{"the same in every channel, for admins", "在所有频道生效（仅管理员）"}
	FlagWorkspace         = Text{"in every channel; for admins of logbot", "在所有频道生效，仅限 logbot 管理员"}
	FlagAliasCheck        = Text{"it stands for a check run, not a build task", "该别名指代码检查，而不是构建任务"}
	UnaliasDoes           = Text{"take a short name away", "删除别名"}
	UnaliasExample        = Text{"shop is no short name here any more", "shop 不再是本频道的别名"}
	AliasesDoes           = Text{"the short names that hold here", "本频道可用的别名"}
	AliasesExample        = Text{"what can be typed for a task here", "在本频道可以用哪些名称代表任务"}

	AliasSet          = Text{"%s stands for %s in this channel now.", "已在本频道将 %s 设为 %s 的别名。"}
	AliasSetWorkspace = Text{"%s stands for %s in every channel now, where the channel has no own %[1]s.", "已在所有频道将 %s 设为 %s 的别名，频道自己的同名别名优先。"}
	AliasRemoved      = Text{"%s is no short name of this channel any more.", "%s 不再是本频道的别名。"}
	AliasRemovedAll   = Text{"%s is no short name of the workspace any more.", "%s 不再是全工作区的别名。"}
	AliasStill        = Text{"The workspace's %s holds here now.", "现在使用工作区的 %s。"}
	AliasesHere       = Text{"Short names here", "本频道的别名"}
	AliasesNone       = Text{"No short names are set.", "尚未设置别名。"}
	AliasConfigured   = Text{"configured", "配置文件"}
	AliasWorkspace    = Text{"workspace", "工作区"}
	AliasChannel      = Text{"this channel", "本频道"}
	AliasIsCheck      = Text{"check run", "代码检查"}

	AliasNotOneWord  = Text{"%s cannot be a short name: it must be one word of at most %d characters that begins with a letter, a digit or a Chinese character.", "%s 不能作为别名：应为不超过 %d 个字符的一个词，并以字母、数字或汉字开头。"}
	AliasIsVerb      = Text{"%s is the name of a command; choose another short name.", "%s 是命令名，请换一个别名。"}
	AliasIsTask      = Text{"%s is the name of another task; choose another short name.", "%s 是另一个任务的名称，请换一个别名。"}
	AliasLikeID      = Text{"%s looks like an id, a build or an address; choose another short name.", "%s 看起来像 ID、构建号或网址，请换一个别名。"}
	AliasTaken       = Text{"%s is a short name of the configuration, which cannot be replaced from here; choose another, or ask whoever runs logbot.", "%s 是配置文件中的别名，不能在这里覆盖；请换一个，或联系 logbot 管理员。"}
	AliasUnknown     = Text{"This channel has no short name %s.", "本频道没有别名 %s。"}
	AliasUnknownAll  = Text{"The workspace has no short name %s.", "工作区没有别名 %s。"}
	AliasOfWorkspace = Text{"%s is a short name of the whole workspace; an admin takes it away with:", "%s 是全工作区的别名，管理员可以这样删除："}
	AliasAdminsOnly  = Text{"Short names of the whole workspace are for the admins of logbot. For this channel anybody may set one:", "全工作区的别名仅限 logbot 管理员设置。任何人都可以在本频道设置："}
	AliasNowhere     = Text{"Short names cannot be kept here: there is no state store. They can stand in the file that LOGBOT_CONFIG names.", "这里无法保存别名：没有状态存储。可以写在 LOGBOT_CONFIG 指定的文件中。"}
	AliasAway        = Text{"The short name cannot be kept right now: the state store is away. Please try again in a minute.", "暂时无法保存别名：状态存储不可用，请一分钟后再试。"}
	AliasFull        = Text{"No more short names can be kept; take one away first.", "别名数量已达上限，请先删除一些。"}
	AliasesAway      = Text{"The short names that were set in Slack cannot be read right now.", "暂时无法读取在 Slack 中设置的别名。"}
)
