package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A made-up password and a made-up key. The placeholder @ in the tests stands for the
// one, # for the other, so that scanners of source code do not take the tests for a
// leak.
const (
	somePassword = "Maple" + "$12" + "34"
	someKey      = "q7Rt2LmX9vKb" + "4NsW8yZcP3dF6hJ1"
)

func planted(text string) string {
	return strings.NewReplacer("@", somePassword, "#", someKey).Replace(text)
}

func masked(text string) string { return strings.NewReplacer("@", Mask, "#", Mask).Replace(text) }

// checkMasked checks that the planted values of each text are masked and the rest
// stays, at its start, after the prefix of a log and between other lines.
func checkMasked(t *testing.T, texts []string) {
	t.Helper()
	g := New()
	for _, text := range texts {
		for _, around := range [][2]string{{"", ""}, {"[2026/09/10 17:26:22.772 GMT+08:00] [INFO] [构建:x] : ", "\n"}, {"a\n", "\nb\n"}} {
			got, hidden := g.String(around[0] + planted(text) + around[1])
			assert.Equal(t, around[0]+masked(text)+around[1], got)
			assert.Equal(t, strings.Count(masked(text), Mask), hidden, text)
			again, more := g.String(got)
			assert.Equal(t, got, again, "masking again")
			assert.Zero(t, more)
		}
	}
}

func TestValuesWithTheNameOfASecretAreMasked(t *testing.T) {
	checkMasked(t, []string{
		"password=@", "PASSWORD = @", "db.password: @", "DB_PASSWORD=\"@\"", "export PGPASSWORD='@'", "DB_PASSWORD_PROD=@", "SSHPASS=@ sshpass -e ssh a",
		`{"user":"ci","password":"@","host":"db"}`, `{\"passwd\":\"@\"}`, `{\\\"passwd\\\":\\\"@\\\"}`, `{'password': '@'}`, "&quot;password&quot;:&quot;@&quot;",
		"<password>@</password>", `<property name="password" value="@"/>`, `<add key="ClearTextPassword" value="@" />`, `{"name":"DB_PASSWORD","value":"@"}`,
		"<apiToken>\n    #\n</apiToken>", "- name: DB_PASSWORD\n  value: @", "password: |\n  @", ":password => \"@\"", "define('DB_PASSWORD', '@');",
		"jdbc:mysql://db/app?user=ci&password=@&useSSL=true", "Server=db;User Id=ci;Password=@;Encrypt=true", "Server=db;Uid=ci;Pwd=@",
		"AccountName=ci;AccountKey=#;EndpointSuffix=x", "password%3D#%26x%3D1", "keyPassword '@'", "ENV REDIS_PASSWORD @", "$env:DB_PASSWORD = \"@\"",
		"var apiToken string = \"#\"", "token: str = '#'", "$token .= \"#\"", "api_key: #", "API key (new): #", "secret_access_key = #", "HUAWEICLOUD_SDK_SK=#",
		"ak: x sk: #", "accessKeySecret: #", "JWT_SECRET=#", "client_secret=#&grant_type=x", "SOME_OTHER_KEY=#", "//registry/:_auth=#", `"auth": "#"`,
		"JSESSIONID=#", "密码：@", "数据库密码=@，请修改", "用户名：ci，密码：@，请保管", "口令为 @。", "登录密码“@”错误", "访问密钥（SK）：#", "令牌：#", "密码＝【@】",
		"\x1b[36mPASSWORD=\x1b[33m@\x1b[0m", "Authorization: Bearer \x1b[32m#\x1b[0m",
		"Set-Cookie: sid=#; Path=/; HttpOnly",
	})
}

func TestValuesThatAreNoSecretsStay(t *testing.T) {
	g := New()
	for _, text := range []string{
		"password=", "password: ***", "password=[secure]", "password=${DB_PASSWORD}", "password=$DB_PASSWORD", "password: {{ .Values.password }}", "password=%DB_PASSWORD%",
		"password: null", "password: true", "password=required", "PASSWORD=<your password>", "password: /run/secrets/db", "password=./secret.txt", `password=C:\secrets\db.txt`,
		"password = getPassword()", "password = user.getPassword;", "password: String", "password: must contain 8 characters", "token: ***", "token: xxxxxxxx", "token=REDACTED",
		"token_type=bearer", "tokenizer: v2", "token count: 12345", "secret: my-secret-name", "secretName: db-2024", "secret = secretKeyRef", "--with-password-timeout=0", "--password-stdin",
		"--- PASS: TestOrders-12 (0.00s)", "PASS: test_foo1", "pass=12 fail=0", "elixir_erl_pass:translate/2", "bypass=a1b2c3d4", "passed: 12a",
		"cache key: linux-node_modules-v6-4ca97bc4dfaa13a9d1ec5b", "Restored cache with key gradle-home-v1|Linux-X64|build[560d2be07e2595f0811e4193e869b]", "primary key: a1b2c3d4",
		"Signature by key 36AEF64D0207E7EEE352D4875A16E7281BE7A449 uses weak digest algorithm", "key: a1b2c3d4e5", "keyboard=a1b2c3d4e5f6", "monkey: a1b2c3d4e5f6",
		"signature=(Ljava/lang/String;)V", "sig=1", "${TOKEN:?TOKEN must be set}", "for _, cookie := range cookies {", "Cookie: none", "密码错误", "密码：请输入", "令牌已过期", "PWD=/home/ci/build",
		"auth: basic", "auth=true", "login: ann", "docker login -u ci -p $PASSWORD registry", "docker login -p PASSWORD", "curl -u ci:$TOKEN https://h", "mysql -u root -p app < x.sql",
		"mkdir -p /opt/a1b2c3", "cp -p a1b2c3d4 b", "ssh -p 2222 host1", "tool -u ann -p 8080 a1", "tool -u ann -p words only", "echo a1b2c3d4 | tee x", "http.port=8080 ", "machine x login y", "sha256:" + strings.Repeat("a1", 32),
	} {
		got, hidden := g.String(text)
		assert.Equal(t, text, got)
		assert.Zero(t, hidden, text)
	}
}

func TestPasswordsOfCommandLinesAreMasked(t *testing.T) {
	checkMasked(t, []string{
		"docker login -u ci -p @ registry.example.com", "docker login --username ci --password @ h", "echo # | docker login -u ci --password-stdin swr.example.com",
		"helm registry login -u ci -p @ h", "sshpass -p '@' scp a host:/opt", "sshpass -p@ ssh host", "mysql -u root -p@ -h db app < x.sql", "mysqldump -uroot -p@ app",
		"curl -u ci:@ https://h/p", "curl -fsSL --user 'ci:@' https://h/p", "+ curl -uci:@ -T a.jar https://h", "redis-cli -h h -a @ ping", "tool --user ci --password @ --host db", "java -jar a.jar -u admin -p @ -r x", "tool --password=@",
		"keytool -genkey -storepass @ -alias x", "jarsigner -keypass @ a.apk x", "apksigner sign --ks a.jks --ks-pass pass:@ a.apk", "openssl rsa -in k -passin pass:@ -out o",
		"obsutil config -i=AK -k=# -e=obs.example.com", "hcloud configure set --cli-secret-key=#", "aws configure set aws_secret_access_key #", "twine upload -u x -p @ dist/a",
		"dotnet nuget push a.nupkg --api-key # -s h", "./gradlew publish -Psigning.password=@ -Psigning.keyId=AB12", "mvn sonar:sonar -Dsonar.login=#", "ldapsearch -x -D cn=a -w @", "7z a -p@ a.7z b", "zip -P @ a.zip b",
		"lftp -u ci,@ ftp://h", "smbclient //h/s -U ci%@", "machine h login ci password @", `send "@\r"`, `echo "root:@" | chpasswd`, "echo '@' | sudo -S apt-get update",
		"CREATE USER a IDENTIFIED BY '@';", "requirepass @", "docker login \\\n  -u ci \\\n  -p @ h", `bash -c "mysql -p@ app"`, "kubectl create secret generic x --from-literal=password=@",
	})
}
