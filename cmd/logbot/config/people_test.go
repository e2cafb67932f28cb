package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPeopleAreNamesOfExecutorsAndUsersOfSlack(t *testing.T) {
	assert.NoError(t, checkPeople(nil))
	assert.NoError(t, checkPeople(map[string]string{"wang.lei": "U012A3CDE", "王磊": "U012A3CDE", "ann": "W012A3CDE"}))
	err := checkPeople(map[string]string{"ann": "@ann", "Bob": "U012A3CDE", "bob": "U012A3CDF", " ": "U012A3CDE"})
	assert.ErrorContains(t, err, `people: ann: "@ann" is not a Slack user id`)
	assert.ErrorContains(t, err, `"Bob" and "bob" differ only in capitals`)
	assert.ErrorContains(t, err, "is empty")
}
