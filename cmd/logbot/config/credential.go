package config

import (
	"errors"

	"logbot/logsapi"
)

// key is what the environment says of the account in CodeArts.
type key struct {
	accessKey, secretKey, securityToken string
	iamProject                          string
	authToken                           string
	iamUser, iamPassword, iamDomain     string
}

// Credential returns the one way to authenticate with CodeArts that the environment
// names. It is an error if that is none or several.
func (c *Config) Credential() (logsapi.Credential, error) {
	k := c.key
	var found []logsapi.Credential
	if k.accessKey+k.secretKey != "" {
		found = append(found, logsapi.Keys{AK: k.accessKey, SK: k.secretKey, SecurityToken: k.securityToken, ProjectID: k.iamProject})
	}
	if k.authToken != "" {
		found = append(found, logsapi.Token(k.authToken))
	}
	if k.iamUser+k.iamPassword != "" {
		found = append(found, logsapi.User{Name: k.iamUser, Password: k.iamPassword, Domain: k.iamDomain, Project: k.iamProject})
	}
	const ways = "HUAWEICLOUD_SDK_AK and _SK, LOGBOT_AUTH_TOKEN, or LOGBOT_IAM_USER, _PASSWORD and _DOMAIN"
	switch len(found) {
	case 0:
		return nil, errors.New("no credential for CodeArts: set " + ways)
	case 1:
		return found[0], nil
	}
	return nil, errors.New("more than one credential for CodeArts is set; one of them is expected: " + ways)
}
