package texts

// alias, unalias, aliases: short names that people set.
var (
	AliasDoes             = Text{"set an alias for a task in this channel", "在本频道为任务设置别名"}
	AliasMore             = Text{"NAME is one word and can't replace an alias from the configuration. An alias gives nobody access.", "别名为一个词，不能覆盖配置文件中的别名，也不会授予任何权限。"}
	AliasExample          = Text{"shop means web in this channel", "在本频道用 shop 代表 web"}
	AliasExampleWorkspace = Text{"the same in every channel; admins only", "在所有频道生效，仅限管理员"}
	FlagWorkspace         = Text{"in every channel; admins only", "在所有频道生效，仅限管理员"}
	FlagAliasCheck        = Text{"the alias is for a code check, not a build task", "该别名指代码检查，而不是构建任务"}
	UnaliasDoes           = Text{"remove an alias", "删除别名"}
	UnaliasExample        = Text{"remove the alias shop", "删除别名 shop"}
	AliasesDoes           = Text{"the aliases that work here", "本频道可用的别名"}
	AliasesExample        = Text{"all aliases that work here", "列出本频道可用的别名"}

	AliasSet          = Text{"%s now means %s in this channel.", "本频道现在可用 %s 代表 %s。"}
	AliasSetWorkspace = Text{"%s now means %s in every channel that has no alias %[1]s of its own.", "所有频道现在可用 %s 代表 %s，频道自己的同名别名优先。"}
	AliasRemoved      = Text{"Removed the alias %s from this channel.", "已删除本频道的别名 %s。"}
	AliasRemovedAll   = Text{"Removed the alias %s from the workspace.", "已删除工作区的别名 %s。"}
	AliasStill        = Text{"The workspace's alias %s works here now.", "本频道现在使用工作区的别名 %s。"}
	AliasesHere       = Text{"Aliases here", "本频道的别名"}
	AliasesNone       = Text{"No aliases yet.", "还没有别名。"}
	AliasConfigured   = Text{"configuration", "配置文件"}
	AliasWorkspace    = Text{"workspace", "工作区"}
	AliasChannel      = Text{"this channel", "本频道"}
	AliasIsCheck      = Text{"check run", "代码检查"}

	AliasNotOneWord  = Text{"%s can't be an alias. Use one word of up to %d characters that starts with a letter or digit.", "%s 不能作为别名。请用不超过 %d 个字符的一个词，以字母、数字或汉字开头。"}
	AliasIsVerb      = Text{"%s is the name of a command. Choose another alias.", "%s 是命令名，请换一个别名。"}
	AliasIsTask      = Text{"%s is the name of another task. Choose another alias.", "%s 是另一个任务的名称，请换一个别名。"}
	AliasLikeID      = Text{"%s looks like an ID, a build or a URL. Choose another alias.", "%s 看起来像 ID、构建号或网址，请换一个别名。"}
	AliasTaken       = Text{"%s is an alias from the configuration. Choose another, or ask an admin of logbot.", "%s 是配置文件中的别名，不能在这里覆盖。请换一个，或联系 logbot 管理员。"}
	AliasUnknown     = Text{"This channel has no alias %s.", "本频道没有别名 %s。"}
	AliasUnknownAll  = Text{"The workspace has no alias %s.", "工作区没有别名 %s。"}
	AliasOfWorkspace = Text{"%s is an alias of the whole workspace. An admin can remove it:", "%s 是整个工作区的别名，管理员可以这样删除："}
	AliasAdminsOnly  = Text{"Only admins of logbot can set an alias for every channel. Anyone can set one for this channel:", "只有 logbot 管理员可以设置所有频道的别名，任何人都可以为本频道设置："}
	AliasNowhere     = Text{"Aliases can't be saved here: there is no state store. Ask an admin to add it to the configuration.", "这里没有状态存储，无法保存别名。请联系 logbot 管理员写入配置文件。"}
	AliasAway        = Text{"Couldn't save the alias: the state store is unavailable. Please try again in a minute.", "状态存储不可用，别名未保存，请一分钟后重试。"}
	AliasFull        = Text{"The limit of aliases is reached. Remove one first:", "别名数量已达上限，请先删除一些："}
	AliasesAway      = Text{"The aliases set in Slack can't be read right now.", "暂时无法读取在 Slack 中设置的别名。"}
)
