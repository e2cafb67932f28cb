package lenient

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNumbersTimesAndDurationsAreBounded(t *testing.T) {
	for in, want := range map[Text]int64{
		"": 0, "7": 7, " 7 ": 7, "7.0": 7, "1e3": 1000, "-7": 0, "7.5": 0, "七": 0, "1e300": 0, "9223372036854775807": 1<<63 - 1, "9223372036854775808": 0,
	} {
		assert.Equal(t, want, in.Number(), in)
	}
	assert.Zero(t, Text("253402300800000").Time(), "the year 10000 has no standard form")
	_, err := json.Marshal(Text("253402300799999").Time())
	assert.NoError(t, err)
	now := time.Date(2026, 11, 21, 9, 15, 0, 0, time.UTC)
	assert.Positive(t, Took(now, now, "9223372036854775807"))
	assert.Zero(t, Took(now, now.Add(-1), "-5"))
}

func TestFieldsAreReadWhateverTheirType(t *testing.T) {
	var got struct {
		Name  Text
		Count Text
		Odd   Text
		Yes   Flag
		One   Flag
		No    Flag
		At    Offset
		Gone  Offset
		Bad   Offset
	}
	require.NoError(t, json.Unmarshal([]byte(
		`{"Name":"构建","Count":7,"Odd":{"x":1},"Yes":"TRUE","One":1,"No":[],"At":"2.4351e4","Gone":null,"Bad":"-3"}`), &got))
	assert.Equal(t, []Text{"构建", "7", ""}, []Text{got.Name, got.Count, got.Odd})
	assert.Equal(t, []Flag{true, true, false}, []Flag{got.Yes, got.One, got.No})
	assert.Equal(t, Offset{Value: 24351, Set: true}, got.At)
	assert.Equal(t, Offset{}, got.Gone)
	assert.EqualError(t, got.Bad.Err, "an offset is not a number from 0")
	assert.Equal(t, Text("构建"), First("", got.Name, "x"))
}

func TestRowsAreReadFromAnArrayOrAnObject(t *testing.T) {
	type row struct{ ID Text }
	for body, want := range map[string]Rows[row]{
		`[{"ID":"a"},7,{"ID":8}]`:           {All: []row{{"a"}, {}, {"8"}}, Set: true},
		`{"total":"3","jobs":[{"ID":"a"}]}`: {All: []row{{"a"}}, Total: 3, Set: true},
		`{"tasks":null}`:                    {Set: true},
		`{"other":[1]}`:                     {},
		`"x"`:                               {},
	} {
		var got Rows[row]
		require.NoError(t, json.Unmarshal([]byte(body), &got), body)
		assert.Equal(t, want, got, body)
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte(`{"total":2,"job_list":[{"ID":"任务"},null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var got Rows[struct{ ID Text }]
		if json.Unmarshal(body, &got) == nil && (len(got.All) > MaxRows || len(got.All) > 0 && !got.Set) {
			t.Fatal("rows are not bounded, or from no list")
		}
	})
}
